import type { RequestListener, ServerResponse } from 'node:http';
import { expect, test } from 'vitest';
import { type Measured, measure } from '../support/measured.ts';
import { STREAM } from '../support/measured-server.ts';
import { until } from '../support/poll.ts';
import { formatRequest, startServer } from '../support/sse-server.ts';

/** A stream that says its path, and by path the responses not answered yet. */
function createListener(): [RequestListener, Map<string, ServerResponse>] {
  const responses = new Map<string, ServerResponse>();
  const listener: RequestListener = ({ url = '' }, response) => {
    responses.set(url, response);
    response.writeHead(200, STREAM);
    response.write(`data: ${url}\n\n`);
  };
  return [listener, responses];
}

async function closesOf(
  { summaries, metrics }: Measured,
  closes: number,
): Promise<Record<string, string>> {
  // Node 22.15 says nothing of some closes: they are found at a collection.
  await until(
    'the streams are closed',
    () => metrics.sum('sse.server.closed_connections'),
    (closed) => closed >= closes,
  );
  expect(await metrics.sum('sse.server.opened_connections')).toBe(closes);
  expect(await metrics.sum('sse.server.active_connections')).toBe(0);
  return Object.fromEntries(
    summaries.map(({ route, closeReason }) => [route, closeReason]),
  );
}

test('streams that follow each other on one connection have their own reasons', async () => {
  using measured = measure();
  const [listener, responses] = createListener();
  await using server = await startServer(listener);
  const client = await server.connect();
  for (const path of ['/first', '/second']) {
    client.socket.write(formatRequest(path));
    await client.waitFor(path);
    responses.get(path)?.end('data: end\n\n');
    await until('it is closed', () => responses.get(path)?.closed);
  }
  client.socket.write(formatRequest('/third'));
  await client.waitFor('/third');
  client.socket.destroy();
  expect(await closesOf(measured, 3)).toEqual({
    '/first': 'completed',
    '/second': 'completed',
    '/third': 'client_disconnect',
  });
});

test('a stream destroyed after another was completed on its connection is a close by the server', async () => {
  using measured = measure();
  const [listener, responses] = createListener();
  await using server = await startServer(listener);
  const client = await server.connect();
  client.socket.write(formatRequest('/first'));
  await client.waitFor('/first');
  responses.get('/first')?.end();
  client.socket.write(formatRequest('/second'));
  await client.waitFor('/second');
  responses.get('/second')?.destroy();
  expect(await closesOf(measured, 2)).toEqual({
    '/first': 'completed',
    '/second': 'server_close',
  });
});

test('a client that leaves at the end of a stream finds it completed', async () => {
  using measured = measure();
  const [listener, responses] = createListener();
  await using server = await startServer(listener);
  const client = await server.request('/first');
  await client.waitFor('/first');
  responses.get('/first')?.end('data: end\n\n');
  client.socket.destroy();
  expect(await closesOf(measured, 1)).toEqual({ '/first': 'completed' });
});

test('a pipelined stream begins when the one before it is completed', async () => {
  using measured = measure();
  const [listener, responses] = createListener();
  await using server = await startServer(listener);
  const client = await server.connect();
  client.socket.write(formatRequest('/first') + formatRequest('/second'));
  await client.waitFor('/first');
  responses.get('/first')?.end();
  await client.waitFor('/second');
  client.socket.destroy();
  expect(await closesOf(measured, 2)).toEqual({
    '/first': 'completed',
    '/second': 'client_disconnect',
  });
});

test('a pipelined stream whose request was read to its end waits', async () => {
  using measured = measure();
  const [listener, responses] = createListener();
  await using server = await startServer((request, response) => {
    listener(request.resume(), response);
  });
  const client = await server.connect();
  client.socket.write(formatRequest('/first') + formatRequest('/second'));
  await until('both are served', () => responses.size === 2);
  await until('both are read', () => responses.get('/second')?.req.destroyed);
  const { metrics } = measured;
  expect(await metrics.sum('sse.server.active_connections')).toBe(2);
  responses.get('/first')?.end();
  await client.waitFor('/second');
  client.socket.destroy();
  expect(await closesOf(measured, 2)).toEqual({
    '/first': 'completed',
    '/second': 'client_disconnect',
  });
});

test('a pipelined stream ended while it waits is completed', async () => {
  using measured = measure();
  const [listener, responses] = createListener();
  await using server = await startServer(listener);
  const client = await server.connect();
  client.socket.write(formatRequest('/first') + formatRequest('/second'));
  await until('both are served', () => responses.size === 2);
  responses.get('/second')?.end();
  responses.get('/first')?.end();
  expect(await closesOf(measured, 2)).toEqual({
    '/first': 'completed',
    '/second': 'completed',
  });
});

test('a pipelined stream destroyed while it waits is a close by the server', async () => {
  using measured = measure();
  const [listener, responses] = createListener();
  await using server = await startServer(listener);
  const client = await server.connect();
  client.socket.write(formatRequest('/first') + formatRequest('/second'));
  await until('both are served', () => responses.size === 2);
  responses.get('/second')?.destroy();
  responses.get('/first')?.end();
  expect(await closesOf(measured, 2)).toEqual({
    '/first': 'completed',
    '/second': 'server_close',
  });
});

test('a client that leaves disconnects from the stream that waits as well', async () => {
  using measured = measure();
  const [listener, responses] = createListener();
  await using server = await startServer(listener);
  const client = await server.connect();
  client.socket.write(formatRequest('/first') + formatRequest('/second'));
  await until('both are served', () => responses.size === 2);
  client.socket.destroy();
  expect(await closesOf(measured, 2)).toEqual({
    '/first': 'client_disconnect',
    '/second': 'client_disconnect',
  });
});

test('a pipelined stream ended while it waits is completed though its client leaves', async () => {
  using measured = measure();
  const [listener, responses] = createListener();
  await using server = await startServer(listener);
  const client = await server.connect();
  client.socket.write(formatRequest('/first') + formatRequest('/second'));
  await until('both are served', () => responses.size === 2);
  responses.get('/second')?.end();
  client.socket.destroy();
  expect(await closesOf(measured, 2)).toEqual({
    '/first': 'client_disconnect',
    '/second': 'completed',
  });
});

test('a client that leaves many waiting streams causes no warning', async () => {
  using measured = measure();
  const warnings: Error[] = [];
  const onWarning = (warning: Error) => warnings.push(warning);
  process.on('warning', onWarning);
  const [listener, responses] = createListener();
  await using server = await startServer(listener);
  const client = await server.connect();
  const paths = Array.from({ length: 20 }, (_, index) => `/${index}x`);
  client.socket.write(paths.map((path) => formatRequest(path)).join(''));
  await until('all are served', () => responses.size === paths.length);
  client.socket.destroy();
  const closes = await closesOf(measured, paths.length);
  process.off('warning', onWarning);
  expect(new Set(Object.values(closes))).toEqual(
    new Set(['client_disconnect']),
  );
  expect(warnings).toEqual([]);
});
