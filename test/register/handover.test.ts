import { expect, test } from 'vitest';
import { until } from '../support/poll.ts';
import { findFreePort } from '../support/ports.ts';
import { startChild } from './support/child.ts';
import { openStream } from './support/client.ts';
import { sendTo, startReceiver } from './support/receiver.ts';
import {
  FREE_PORT,
  isRefused,
  readAddress,
  type Scrape,
  scrape,
  scrapeUrl,
} from './support/scrape.ts';

/** Waits until the application's own exporter has a metric of ours. */
async function scrapeOwn(port: number, opened: number): Promise<Scrape> {
  return (await until(
    'a scrape of the exporter of the application',
    () => scrapeUrl(`http://localhost:${port}/metrics`).catch(() => undefined),
    (got) => got?.sum('sse_server_opened_connections_total') === opened,
  )) as Scrape;
}

for (const program of ['provider.mjs', 'provider.cjs']) {
  test.concurrent(`reports to the provider that ${program} registers before it serves`, async () => {
    const port = await findFreePort();
    await using child = startChild(program, {
      args: ['before', String(port)],
      env: FREE_PORT,
    });
    await child.ask('/once');
    const metrics = await scrapeOwn(port, 1);
    expect(metrics.sum('sse_server_connection_duration_count')).toBe(1);
    expect(child.stdout()).toMatch(/^registered: true$/m);
    await child.stop();
    expect(child.stderr()).toBe('');
  });

  for (const ms of [100, 5000]) {
    test.concurrent(`hands over to the provider that ${program} registers ${ms} ms after the first stream`, async () => {
      const port = await findFreePort();
      await using child = startChild(program, {
        args: [String(ms), String(port)],
        env: FREE_PORT,
      });
      await using _stream = await openStream(child);
      const own = await readAddress(child);
      if (ms === 5000) {
        const early = await scrape(child);
        expect(early.sum('sse_server_active_connections')).toBe(1);
      }
      await child.waitFor(/the application has a MeterProvider/);
      expect(child.stdout()).toMatch(/^registered: true$/m);
      expect(await isRefused(own)).toBe(true);
      const late = await scrapeOwn(port, 1);
      expect(late.sum('sse_server_active_connections')).toBe(1);
      expect(late.sum('sse_server_sent_events_total')).toBe(1);
      await child.ask('/once');
      const last = await scrapeOwn(port, 2);
      expect(last.sum('sse_server_connection_duration_count')).toBe(1);
      await child.stop();
      expect(child.stderr().trim().split('\n')).toHaveLength(2);
    });
  }
}

test.concurrent('gives up its port to the exporter that the application registers later', async () => {
  const port = await findFreePort();
  await using child = startChild('provider.mjs', {
    args: ['500', String(port)],
    env: { OTEL_EXPORTER_PROMETHEUS_PORT: String(port) },
  });
  await child.ask('/once');
  await child.waitFor(/^exporter: ready$/m);
  const metrics = await scrapeOwn(port, 1);
  expect(metrics.sum('sse_server_closed_connections_total')).toBe(1);
  await child.stop();
  expect(child.stderr().trim().split('\n')).toEqual([
    expect.stringContaining(`the application wants port ${port}`),
  ]);
});

test.concurrent('sends its last figures when it hands over, and has no listener afterwards', async () => {
  await using receiver = await startReceiver();
  const port = await findFreePort();
  await using child = startChild('provider.mjs', {
    args: ['500', String(port)],
    env: sendTo(receiver),
  });
  await child.ask('/once');
  await using _stream = await openStream(child);
  const last = await receiver.waitFor(() => true);
  expect(last.sum('sse.server.opened_connections')).toBe(2);
  expect(last.sum('sse.server.closed_connections')).toBe(1);
  expect(last.sum('sse.server.connection.duration')).toBe(1);
  await scrapeOwn(port, 2);
  expect(await child.ask('/listeners')).toBe('0');
  child.kill('SIGTERM');
  expect(await child.ended).toBe('SIGTERM');
  expect(receiver.exports).toHaveLength(1);
  expect(child.stderr()).toBe('');
});

for (const when of ['before', 'after']) {
  test.concurrent(`counts once with NodeSDK and the instrumentation given to it ${when} it serves`, async () => {
    const [port, ownPort] = [await findFreePort(), await findFreePort()];
    await using child = startChild('node-sdk.mjs', {
      args: [when, String(port)],
      env: { OTEL_EXPORTER_PROMETHEUS_PORT: String(ownPort) },
    });
    await child.ask('/once');
    await child.waitFor(/^started$/m);
    const metrics = await scrapeOwn(port, 1);
    expect(metrics.sum('sse_server_sent_events_total')).toBe(1);
    expect(metrics.sum('sse_server_closed_connections_total')).toBe(1);
    expect(await isRefused(`http://localhost:${ownPort}/metrics`)).toBe(true);
    await child.stop();
    expect(child.stderr()).toBe('');
  });
}
