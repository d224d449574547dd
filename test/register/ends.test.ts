import { expect, test } from 'vitest';
import { findFreePort } from '../support/ports.ts';
import { type Child, startChild } from './support/child.ts';
import { openStream, requestOn } from './support/client.ts';
import { sendTo, startReceiver } from './support/receiver.ts';
import { FREE_PORT } from './support/scrape.ts';

/** Three seconds, and what a busy machine takes. */
const SOON_MS = 4500;

test.concurrent('sends the last figures when the process ends by itself, and keeps its exit code', async () => {
  await using receiver = await startReceiver();
  await using child = startChild('server.mjs', { env: sendTo(receiver) });
  await using stream = await openStream(child);
  await child.ask('/leave/5');
  expect(await child.ended).toBe(5);
  expect(receiver.exports).toHaveLength(1);
  const last = receiver.last();
  expect(last.sum('sse.server.closed_connections')).toBe(1);
  expect(last.sum('sse.server.active_connections')).toBe(0);
  expect(last.sum('sse.server.connection.duration')).toBe(1);
  expect(child.stderr()).toBe('');
  await stream.closed;
});

for (const exporter of ['prometheus', 'otlp'] as const) {
  test.concurrent(`leaves process.exit() alone, with ${exporter}`, async () => {
    await using receiver = await startReceiver();
    const env = exporter === 'otlp' ? sendTo(receiver) : FREE_PORT;
    await using child = startChild('server.mjs', { env });
    await child.ask('/once');
    await child.ask('/exit/3').catch(() => 'cut off');
    expect(await child.ended).toBe(3);
  });

  test.concurrent(`leaves an uncaught error alone, with ${exporter}`, async () => {
    await using receiver = await startReceiver();
    const env = {
      ...(exporter === 'otlp' ? sendTo(receiver) : FREE_PORT),
      OTEL_LOG_LEVEL: 'warn',
    };
    await using child = startChild('server.mjs', { env });
    await child.ask('/once');
    await child.ask('/throw').catch(() => 'cut off');
    expect(await child.ended).toBe(1);
    expect(child.stderr()).toContain('Error: of the application');
    expect(child.stderr()).not.toContain('instrumentation-sse:');
  });
}

test.concurrent('does not keep a process for a scraper that keeps its connection', async () => {
  await using child = startChild('server.mjs', { env: FREE_PORT });
  await child.ask('/once');
  const [, port] = await child.waitFor(/metrics are at http:\S+:(\d+)/);
  await using scraper = await requestOn(
    Number(port),
    '/metrics',
    'sse_process_uptime',
  );
  expect(scraper.received()).toMatch(/connection: keep-alive/i);
  const left = performance.now();
  await child.ask('/leave');
  expect(await child.ended).toBe(0);
  // Node would keep such a connection for 5 s.
  expect(performance.now() - left).toBeLessThan(2500);
});

const COLLECTORS = {
  'is away': async () => ({
    url: `http://127.0.0.1:${await findFreePort()}`,
    async [Symbol.asyncDispose]() {},
  }),
  'never answers': () => startReceiver(0, 'nothing'),
};

for (const [state, startCollector] of Object.entries(COLLECTORS)) {
  for (const interval of ['60000', '300']) {
    const title = `when the collector ${state}, interval ${interval} ms`;
    const start = (url: string) =>
      startChild('server.mjs', {
        env: { ...sendTo({ url }), OTEL_METRIC_EXPORT_INTERVAL: interval },
      });
    const serveOne = async (child: Child) => {
      await child.ask('/once');
      if (interval === '300') await child.waitFor(/were not sent/);
      return performance.now();
    };

    test.concurrent(`ends by itself within 3 s ${title}`, async () => {
      await using collector = await startCollector();
      await using child = start(collector.url);
      const served = await serveOne(child);
      await child.ask('/leave');
      expect(await child.ended).toBe(0);
      expect(performance.now() - served).toBeLessThan(SOON_MS);
      expect(child.stderr().trim().split('\n')).toEqual([
        expect.stringContaining(
          `metrics were not sent to ${collector.url}/v1/metrics: Error: `,
        ),
      ]);
    });

    test.concurrent(`ends by SIGTERM within 3 s ${title}`, async () => {
      await using collector = await startCollector();
      await using child = start(collector.url);
      const served = await serveOne(child);
      child.kill('SIGTERM');
      expect(await child.ended).toBe('SIGTERM');
      expect(performance.now() - served).toBeLessThan(SOON_MS);
      expect(child.stderr().trim().split('\n')).toHaveLength(1);
    });
  }
}

test.concurrent('has lost nothing when the collector comes back', async () => {
  const port = await findFreePort();
  const url = `http://127.0.0.1:${port}`;
  await using child = startChild('server.mjs', {
    env: {
      ...sendTo({ url }),
      OTEL_METRIC_EXPORT_INTERVAL: '300',
      OTEL_LOG_LEVEL: 'info',
    },
  });
  await child.ask('/once');
  await child.waitFor(/metrics were not sent/);
  await child.ask('/once');
  await using receiver = await startReceiver(port);
  const got = await receiver.waitFor(
    ({ sum }) => sum('sse.server.closed_connections') === 2,
  );
  expect(got.sum('sse.server.sent.events')).toBe(2);
  expect(got.sum('sse.server.connection.duration')).toBe(2);
  await child.waitFor(/metrics are sent again/);
  expect(child.stderr()).toContain(
    `metrics are sent to ${url}/v1/metrics every 0.3 s\n`,
  );
});
