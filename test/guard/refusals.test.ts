import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { EventSource } from 'eventsource';
import { expect, test } from 'vitest';
import { startChild } from '../register/support/child.ts';
import { until } from '../support/poll.ts';
import { startGuarded, statusOf } from './support/guarded-server.ts';

const PROGRAM = fileURLToPath(
  new URL('programs/event-source.mjs', import.meta.url),
);

test('a refused EventSource comes back after the retry it was told', async () => {
  await using server = await startGuarded({
    maxConnections: 1,
    retrySeconds: 0.2,
  });
  const first = await server.open();
  const source = new EventSource(`${server.url}/events`);
  try {
    await once(source, 'error');
    const refusedAt = performance.now();
    expect(source.readyState).toBe(EventSource.CONNECTING);
    first.socket.destroy();
    await until('a free place', () => server.guard.read().connections === 0);
    await until('the stream', () => server.streams.length === 2);
    const waited = performance.now() - refusedAt;
    expect(waited).toBeGreaterThan(190);
    expect(waited).toBeLessThan(3000);
    server.streams[1]?.write('data: back\n\n');
    const [{ data }] = await once(source, 'message');
    expect(data).toBe('back');
  } finally {
    source.close();
  }
});

test('a refused EventSource of Node comes back too', async () => {
  await using server = await startGuarded({
    maxConnections: 1,
    retrySeconds: 0.2,
  });
  const first = await server.open();
  await using child = startChild(PROGRAM, {
    flags: ['--experimental-eventsource', '--no-warnings'],
    args: [`${server.url}/events`],
  });
  await child.waitFor(/^error, then 0$/m);
  first.socket.destroy();
  await until('the stream', () => server.streams.length === 2);
  server.streams[1]?.write('data: back\n\n');
  await child.waitFor(/^message back$/m);
  expect(await child.ended).toBe(0);
});

test('an EventSource that gets a status is gone for good', async () => {
  await using server = await startGuarded({
    maxConnections: 0,
    refusal: 'status',
    retrySeconds: 0.01,
  });
  const source = new EventSource(`${server.url}/events`);
  try {
    const [error] = await once(source, 'error');
    expect(error.code).toBe(503);
    expect(source.readyState).toBe(EventSource.CLOSED);
  } finally {
    source.close();
  }
});

test('a refused fetch client comes in after Retry-After', async () => {
  await using server = await startGuarded({
    maxConnections: 1,
    refusal: 'status',
    retrySeconds: 0.5,
  });
  const first = await server.open();
  const ask = () =>
    fetch(`${server.url}/events`, { headers: { accept: 'text/event-stream' } });
  const refused = await ask();
  expect(refused.status).toBe(503);
  const seconds = Number(refused.headers.get('retry-after'));
  expect(seconds).toBe(1);
  expect(refused.headers.get('content-type')).toBe('application/problem+json');
  expect(await refused.json()).toEqual({
    title: 'Service unavailable',
    status: 503,
    reason: 'connections',
  });
  first.socket.destroy();
  await new Promise((resolve) => setTimeout(resolve, seconds * 1000));
  const admitted = await ask();
  expect(admitted.status).toBe(200);
  await until('the stream', () => server.streams.length === 2);
  await admitted.body?.cancel();
});

test('a POST that accepts event streams gets a status: no EventSource sends it', async () => {
  await using server = await startGuarded({ maxConnections: 0 });
  const response = await fetch(server.url, {
    method: 'POST',
    headers: { accept: 'application/json, text/event-stream' },
    body: '{}',
  });
  expect(response.status).toBe(503);
  await response.body?.cancel();
});

test('times to come back are drawn by lot, from once to twice retrySeconds', async () => {
  await using server = await startGuarded({ maxConnections: 0 });
  const times: number[] = [];
  for (let i = 0; i < 40; i++) {
    const response = await fetch(server.url, {
      headers: { accept: 'text/event-stream' },
    });
    times.push(Number(/^retry: (\d+)\n\n$/.exec(await response.text())?.[1]));
  }
  expect(Math.min(...times)).toBeGreaterThanOrEqual(5000);
  expect(Math.max(...times)).toBeLessThanOrEqual(10_000);
  expect(new Set(times).size).toBeGreaterThan(30);
});

test('a page of another origin may read its refusal, and may send cookies', async () => {
  await using server = await startGuarded({ maxConnections: 0 });
  const origin = 'https://app.example';
  const client = await server.open('/events', {
    Accept: 'text/event-stream',
    Origin: origin,
  });
  const head = client.received().toLowerCase();
  expect(head).toContain(`access-control-allow-origin: ${origin}\r\n`);
  expect(head).toContain('access-control-allow-credentials: true\r\n');
  expect(head).toContain('vary: origin\r\n');
  expect(head).toContain('cache-control: no-store\r\n');
});

test('what a middleware before says of origins stands', async () => {
  await using server = await startGuarded({ maxConnections: 0 });
  server.server.prependListener('request', (_request, response) => {
    response.setHeader('Access-Control-Allow-Origin', 'https://only.example');
  });
  const client = await server.open('/events', {
    Accept: 'text/event-stream',
    Origin: 'https://app.example',
  });
  const origins = client.received().match(/access-control-allow-origin: .*/gi);
  expect(origins).toEqual([
    'Access-Control-Allow-Origin: https://only.example',
  ]);
});

test('a refused connection is closed: it would hold a descriptor for nothing', async () => {
  await using server = await startGuarded({ maxConnections: 0 });
  const client = await server.request();
  await client.closed;
  expect(statusOf(client)).toBe(200);
  expect(client.received().toLowerCase()).toContain('connection: close\r\n');
});
