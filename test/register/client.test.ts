import { expect, test } from 'vitest';
import { STREAM } from '../support/measured-server.ts';
import { startServer, type TestServer } from '../support/sse-server.ts';
import { REGISTER, startChild } from './support/child.ts';
import { sendTo, startReceiver } from './support/receiver.ts';
import { FREE_PORT, scrape } from './support/scrape.ts';

/** A server that sends one event and goes on. */
function startStream(): Promise<TestServer> {
  return startServer((_request, response) => {
    response.writeHead(200, STREAM);
    response.write('event: message\ndata: 1\n\n');
  });
}

test.concurrent('measures what a process receives that serves nothing', async () => {
  await using server = await startStream();
  const args = [`${server.url}/events`];
  await using child = startChild('consumer.mjs', { args, env: FREE_PORT });
  await child.waitFor(/received/);
  const metrics = await scrape(child);
  const at = { url_template: '/events', sse_client_kind: 'fetch' };
  expect(metrics.sum('sse_client_active_connections', at)).toBe(1);
  expect(metrics.sum('sse_client_opened_connections_total', at)).toBe(1);
  expect(metrics.sum('sse_client_received_events_total', at)).toBe(1);
  expect(metrics.sum('sse_client_content_size_bytes_total', at)).toBe(24);
  expect(
    metrics.sum('sse_client_connected_time_seconds_total', at),
  ).toBeGreaterThan(0);
  expect(metrics.sum('sse_client_connection_open_time_seconds_count', at)).toBe(
    1,
  );
});

test.concurrent("measures Node's own EventSource as one, once", async () => {
  await using server = await startStream();
  await using child = startChild('consumer.mjs', {
    flags: ['--experimental-eventsource', '--import', REGISTER],
    args: [`${server.url}/events`, 'eventsource'],
    env: FREE_PORT,
  });
  await child.waitFor(/received/);
  const metrics = await scrape(child);
  const at = { sse_client_kind: 'eventsource' };
  expect(metrics.sum('sse_client_opened_connections_total', at)).toBe(1);
  expect(metrics.sum('sse_client_opened_connections_total')).toBe(1);
});

test.concurrent('sends the last figures of a client that ends', async () => {
  await using server = await startStream();
  await using receiver = await startReceiver();
  await using child = startChild('consumer.mjs', {
    args: [`${server.url}/events`, 'end'],
    env: sendTo(receiver),
  });
  expect(await child.ended).toBe(0);
  const last = receiver.last();
  expect(last.sum('sse.client.opened_connections')).toBe(1);
  expect(last.sum('sse.client.closed_connections')).toBe(1);
  expect(last.sum('sse.client.active_connections')).toBe(0);
  expect(child.stderr()).toBe('');
});

test.concurrent('a client ends when it would, with an endpoint for Prometheus', async () => {
  await using server = await startStream();
  const args = [server.url, 'end'];
  await using child = startChild('consumer.mjs', { args, env: FREE_PORT });
  expect(await child.ended).toBe(0);
});

test.concurrent('OTEL_SSE_CLIENT=false measures no client, and opens no port for one', async () => {
  await using server = await startStream();
  await using child = startChild('consumer.mjs', {
    args: [server.url, 'end'],
    env: { ...FREE_PORT, OTEL_SSE_CLIENT: 'false' },
  });
  expect(await child.ended).toBe(0);
  expect(child.stderr()).toBe('');
});
