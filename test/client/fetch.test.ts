import type { ServerResponse } from 'node:http';
import { gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { STREAM } from '../support/measured-server.ts';
import { startMeasuredClient } from './support.ts';

const TEXT = 'data: 1\n\nevent: tick\ndata: é\n\n';
const BYTES = Buffer.byteLength(TEXT);

function answer(response: ServerResponse): ServerResponse {
  response.writeHead(200, STREAM);
  response.write(TEXT);
  return response;
}

test('a fetched stream is counted: connection, events by type, bytes, times', async () => {
  await using client = await startMeasuredClient((_request, response) => {
    response.writeHead(200, STREAM);
    const timestamp = Date.now() - 2000;
    response.write(`data: {"timestamp":${timestamp}}\n\n`);
    response.end(TEXT);
  });
  await (await fetch(`${client.url}/users/123/events?x=1`)).text();
  await client.reaches('closedConnections', 1);
  const at = {
    'server.address': '127.0.0.1',
    'url.template': '/users/:id/events',
    'sse.client.kind': 'fetch',
  };
  const first = { ...at, 'sse.connection.reconnected': false };
  expect(await client.sum('openedConnections', first)).toBe(1);
  expect(await client.sum('openedConnections')).toBe(1);
  expect(
    await client.sum('receivedEvents', { ...at, 'sse.event.type': 'message' }),
  ).toBe(2);
  expect(
    await client.sum('receivedEvents', { ...at, 'sse.event.type': 'tick' }),
  ).toBe(1);
  expect(await client.sum('contentSize', at)).toBe(35 + BYTES);
  expect(await client.count('connectionOpenTime', at)).toBe(1);
  expect(await client.count('connectionDuration', at)).toBe(1);
  expect(await client.count('eventInterval', at)).toBe(2);
  expect(await client.count('eventDelay', at)).toBe(1);
  expect(await client.total('eventDelay')).toBeGreaterThanOrEqual(2);
  expect(await client.sum('activeConnections', at)).toBe(0);
  const completed = { 'sse.client.close_reason': 'completed' };
  expect(await client.sum('closedConnections', completed)).toBe(1);
  expect(await client.sum('errors')).toBe(0);
  expect(await client.sum('disconnectedTime')).toBe(0);
});

test('an open stream is active, and time connected goes on', async () => {
  await using client = await startMeasuredClient((_request, response) => {
    answer(response);
  });
  const response = await fetch(client.url);
  const reader = response.body?.getReader();
  await reader?.read();
  expect(await client.sum('activeConnections')).toBe(1);
  const before = await client.sum('connectedTime');
  expect(await client.sum('connectedTime')).toBeGreaterThan(before);
  await reader?.cancel();
  await client.reaches('activeConnections', 0);
});

const ENDINGS = {
  'that is cancelled': async (response: Response) => {
    await response.body?.cancel();
  },
  'that is aborted': async (_response: Response, abort: () => void) => abort(),
};

for (const [what, end] of Object.entries(ENDINGS)) {
  test(`a stream ${what} is closed by the page, without an error`, async () => {
    await using client = await startMeasuredClient((_request, response) => {
      answer(response);
    });
    const controller = new AbortController();
    const { signal } = controller;
    const response = await fetch(client.url, { signal });
    await end(response, () => controller.abort(new Error('mine')));
    const page = { 'sse.client.close_reason': 'page' };
    await client.reaches('closedConnections', 1, page);
    expect(await client.sum('errors')).toBe(0);
  });
}

test('a stream that breaks off is lost, and the next one a reconnect', async () => {
  const streams: ServerResponse[] = [];
  await using client = await startMeasuredClient((_request, response) => {
    streams.push(answer(response));
  });
  const first = await fetch(client.url);
  streams[0]?.destroy();
  await expect(first.text()).rejects.toThrow(TypeError);
  const lost = { 'sse.client.close_reason': 'lost' };
  await client.reaches('closedConnections', 1, lost);
  expect(await client.sum('errors', { 'error.type': 'connection_lost' })).toBe(
    1,
  );
  const second = await fetch(client.url);
  const again = { 'sse.connection.reconnected': true };
  expect(await client.sum('openedConnections', again)).toBe(1);
  expect(await client.count('reconnectDelay')).toBe(1);
  expect(await client.sum('disconnectedTime')).toBeCloseTo(
    await client.total('reconnectDelay'),
  );
  await second.body?.cancel();
});

test('a request with Last-Event-ID is a reconnect', async () => {
  await using client = await startMeasuredClient((_request, response) => {
    answer(response).end();
  });
  const headers = { 'Last-Event-ID': '1' };
  await (await fetch(client.url, { headers })).text();
  const again = { 'sse.connection.reconnected': true };
  expect(await client.sum('openedConnections', again)).toBe(1);
  expect(await client.count('reconnectDelay')).toBe(0);
});

test('what is no event stream is told by why, and only where one was wanted', async () => {
  await using client = await startMeasuredClient((request, response) => {
    if (request.url === '/away') return response.destroy();
    response.statusCode = request.url === '/503' ? 503 : 200;
    response.setHeader('Content-Type', 'application/json').end('{}');
  });
  const ask = (path: string, Accept: string) =>
    fetch(`${client.url}${path}`, { headers: { Accept } }).then(
      ({ status }) => status,
      ({ name }) => name,
    );
  for (const accept of ['text/event-stream', '*/*']) {
    expect(await ask('/503', accept)).toBe(503);
    expect(await ask('/json', accept)).toBe(200);
    expect(await ask('/away', accept)).toBe('TypeError');
  }
  expect(await ask('/json', 'application/json, text/event-stream')).toBe(200);
  for (const type of ['http_status', 'content_type', 'connect_failed']) {
    expect(await client.sum('errors', { 'error.type': type })).toBe(1);
  }
  expect(await client.sum('errors')).toBe(3);
  expect(await client.sum('openedConnections')).toBe(0);
});

test('an encoded stream has bytes and no events', async () => {
  const body = gzipSync(TEXT);
  await using client = await startMeasuredClient((_request, response) => {
    response.writeHead(200, { ...STREAM, 'Content-Encoding': 'gzip' });
    response.end(body);
  });
  expect(await (await fetch(client.url)).text()).toBe(TEXT);
  await client.reaches('closedConnections', 1);
  expect(await client.sum('contentSize')).toBe(body.length);
  expect(await client.sum('receivedEvents')).toBe(0);
});

test('every closed value is reported at 0 from the first stream', async () => {
  await using client = await startMeasuredClient((_request, response) => {
    answer(response).end();
  });
  expect((await client.metrics.collect()).size).toBe(0);
  await (await fetch(client.url)).text();
  const all = await client.metrics.collect();
  expect(all.get('sse.client.closed_connections')).toHaveLength(4);
  expect(all.get('sse.client.errors')).toHaveLength(6);
  expect(all.get('sse.client.opened_connections')).toHaveLength(2);
});

test('what failed before any stream was received is counted too', async () => {
  await using client = await startMeasuredClient((_request, response) => {
    response.destroy();
  });
  const headers = { Accept: 'text/event-stream' };
  await expect(fetch(client.url, { headers })).rejects.toThrow(TypeError);
  const failed = { 'error.type': 'connect_failed' };
  expect(await client.sum('errors', failed)).toBe(1);
});

test('an answer without a body is no stream', async () => {
  await using client = await startMeasuredClient((request, response) => {
    if (request.url === '/204') response.statusCode = 204;
    response.setHeader('Content-Type', 'text/event-stream').end();
  });
  const headers = { Accept: 'text/event-stream' };
  await fetch(client.url, { method: 'HEAD', headers });
  await fetch(`${client.url}/204`, { headers });
  expect(await client.sum('openedConnections')).toBe(0);
  expect(await client.sum('errors')).toBe(0);
});
