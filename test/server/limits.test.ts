import { expect, test } from 'vitest';
import { KNOWN_METHODS } from '../../src/semconv.ts';
import { STREAM, startMeasured } from '../support/measured-server.ts';

test('routes beyond maxRoutes are added up in _OTHER', async () => {
  await using server = await startMeasured({ maxRoutes: 2 });
  for (const path of ['/a', '/b', '/c', '/d', '/a']) {
    const { response } = await server.open(path);
    response.write('data: 1\n\n');
  }
  const openedOf = (route: string) =>
    server.sum('openedConnections', { 'http.route': route });
  expect(await openedOf('/a')).toBe(2);
  expect(await openedOf('/b')).toBe(1);
  expect(await openedOf('_OTHER')).toBe(2);
  expect(await server.sum('sentEvents', { 'http.route': '_OTHER' })).toBe(2);
  expect(await server.sum('activeConnections')).toBe(5);
  const routes = server.instrumentation.connections();
  expect(routes.map(({ route }) => route)).toEqual([
    '/a',
    '/b',
    '_OTHER',
    '_OTHER',
    '/a',
  ]);
});

test('a hundred routes are kept by default', async () => {
  await using server = await startMeasured({}, (_request, response) => {
    response.writeHead(200, STREAM);
    response.end('data: 1\n\n');
  });
  for (let route = 0; route < 103; route++) {
    await (await fetch(`${server.url}/route-${route}x`)).text();
  }
  await server.closed(103);
  const points = await server.points('activeConnections');
  const routes = new Set(
    points.map(({ attributes }) => attributes['http.route']),
  );
  expect(routes.size).toBe(101);
  const other = { 'http.route': '_OTHER' };
  expect(await server.sum('openedConnections', other)).toBe(3);
});

test('known methods are kept, every other one is _OTHER', async () => {
  await using server = await startMeasured({}, (_request, response) => {
    response.writeHead(200, STREAM);
    response.write('data: 1\n\n');
  });
  const known = [...KNOWN_METHODS].filter(
    (method) => method !== 'CONNECT' && method !== 'HEAD',
  );
  for (const method of [...known, 'PURGE', 'M-SEARCH', 'PROPFIND']) {
    const client = await server.connect();
    client.socket.write(`${method} / HTTP/1.1\r\nHost: x\r\n\r\n`);
    await client.waitFor('data: 1');
  }
  const openedBy = (method: string) =>
    server.sum('openedConnections', { 'http.request.method': method });
  for (const method of known) expect(await openedBy(method), method).toBe(1);
  expect(await openedBy('_OTHER')).toBe(3);
  expect(await server.sum('activeConnections')).toBe(known.length + 3);
});

test('error types beyond 20 are added up in _OTHER', async () => {
  await using server = await startMeasured();
  for (let code = 0; code < 25; code++) {
    const { response } = await server.open('/');
    response.on('error', () => {});
    response.destroy(
      Object.assign(new Error(), { code: `ERR_NUMBER_${code}` }),
    );
    await server.closed(code + 1);
  }
  const errors = { 'sse.connection.close_reason': 'error' };
  const closedBy = (type: string) =>
    server.sum('closedConnections', { ...errors, 'error.type': type });
  expect(await closedBy('ERR_NUMBER_19')).toBe(1);
  expect(await closedBy('ERR_NUMBER_20')).toBe(0);
  expect(await closedBy('_OTHER')).toBe(5);
  expect(await server.sum('closedConnections', errors)).toBe(25);
});

test('routes that only fail take few places of those that stream', async () => {
  await using server = await startMeasured(
    { maxRoutes: 10 },
    (request, response) => {
      if (request.url?.startsWith('/scan')) response.writeHead(404).end();
      else response.writeHead(200, STREAM).write('data: 1\n\n');
    },
  );
  const headers = { accept: 'text/event-stream' };
  for (let path = 0; path < 30; path++) {
    await (await fetch(`${server.url}/scan-${path}x`, { headers })).text();
  }
  const last = await server.request('/scan-last');
  await last.waitFor('404');
  const failed = await server.points('failedConnections');
  const routes = new Set(
    failed.map(({ attributes }) => attributes['http.route']),
  );
  expect(routes.size).toBe(3);
  expect(await server.sum('failedConnections', { 'error.type': '404' })).toBe(
    31,
  );
  const real = await server.request('/real');
  await real.waitFor('data: 1');
  expect(await server.sum('openedConnections', { 'http.route': '/real' })).toBe(
    1,
  );
});
