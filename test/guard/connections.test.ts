import { expect, test } from 'vitest';
import { until } from '../support/poll.ts';
import { startGuarded, statusOf } from './support/guarded-server.ts';

const REFUSED = /\r\n\r\n[\s\S]*retry: \d+\n\n/;

test('of three connections allowed the third is let in and the fourth is not', async () => {
  await using server = await startGuarded({ maxConnections: 3 });
  const clients = [await server.open(), await server.open()];
  expect(server.guard.read().connections).toBe(2);
  clients.push(await server.open());
  expect(server.guard.read().connections).toBe(3);
  const refused = await server.request();
  await refused.closed;
  expect(statusOf(refused)).toBe(200);
  expect(refused.received()).toMatch(REFUSED);
  expect(server.streams.length).toBe(3);
  expect(server.guard.read().refused).toEqual({ connections: 1 });
  for (const client of clients) expect(client.received()).not.toMatch(REFUSED);
});

test('a place is free again once a connection has closed', async () => {
  await using server = await startGuarded({ maxConnections: 1 });
  const first = await server.open();
  await (await server.request()).closed;
  first.socket.destroy();
  await until('a free place', () => server.guard.read().connections === 0);
  await server.open();
  expect(server.streams.length).toBe(2);
});

test('a limit of nothing lets nobody in', async () => {
  await using server = await startGuarded({ maxConnections: 0 });
  const client = await server.request();
  await client.closed;
  expect(client.received()).toMatch(REFUSED);
  expect(server.streams).toEqual([]);
});

test('a guard without limits lets everybody in', async () => {
  await using server = await startGuarded({});
  for (let i = 0; i < 20; i++) await server.open();
  expect(server.guard.read()).toMatchObject({ connections: 20, refused: {} });
});

test('a request that is for no event stream is never refused', async () => {
  await using server = await startGuarded({ maxConnections: 0 });
  const response = await fetch(server.url, { headers: { accept: '*/*' } });
  expect(response.status).toBe(200);
  await response.body?.cancel();
});
