import { expect, test } from 'vitest';
import { until } from '../support/poll.ts';
import { startGuarded, statusOf } from './support/guarded-server.ts';

const STATUS = { refusal: 'status' } as const;

test('of two connections allowed on a route the third is refused, on that route alone', async () => {
  await using server = await startGuarded({
    ...STATUS,
    maxConnectionsPerRoute: { '/rooms/:room': 2 },
  });
  await server.open('/rooms/1');
  await server.open('/rooms/2');
  expect(statusOf(await server.open('/rooms/3?x=1'))).toBe(503);
  expect(statusOf(await server.open('/news'))).toBe(200);
  expect(server.guard.read().refused).toEqual({ route_connections: 1 });
});

test('one number is the limit of every route, each counted by itself', async () => {
  await using server = await startGuarded({
    ...STATUS,
    maxConnectionsPerRoute: 1,
  });
  expect(statusOf(await server.open('/a'))).toBe(200);
  expect(statusOf(await server.open('/b'))).toBe(200);
  expect(statusOf(await server.open('/users/7/events'))).toBe(200);
  expect(statusOf(await server.open('/a'))).toBe(503);
  expect(statusOf(await server.open('/users/8/events'))).toBe(503);
});

test('the route option decides what is counted together', async () => {
  await using server = await startGuarded({
    ...STATUS,
    maxConnectionsPerRoute: 1,
    route: ({ url }) => (url === '/own' ? undefined : 'shared'),
  });
  expect(statusOf(await server.open('/a'))).toBe(200);
  expect(statusOf(await server.open('/b'))).toBe(503);
  expect(statusOf(await server.open('/own'))).toBe(200);
});

test('of two connections allowed to a client its third is refused with 429', async () => {
  await using server = await startGuarded({
    ...STATUS,
    maxConnectionsPerClient: 2,
    trustProxy: 1,
  });
  const from = (address: string) =>
    server.open('/events', {
      Accept: 'text/event-stream',
      'X-Forwarded-For': address,
    });
  const first = await from('192.0.2.1');
  await from('192.0.2.1');
  const third = await from('192.0.2.1');
  expect(statusOf(third)).toBe(429);
  expect(third.received()).toContain('application/problem+json');
  expect(statusOf(await from('192.0.2.2'))).toBe(200);
  first.socket.destroy();
  await until('its place', () => server.guard.read().connections === 2);
  expect(statusOf(await from('192.0.2.1'))).toBe(200);
});

test('who a client is may be said by the application', async () => {
  await using server = await startGuarded({
    ...STATUS,
    maxConnectionsPerClient: 1,
    clientAddress: ({ headers }) => String(headers['x-user']),
  });
  const as = (user: string) =>
    server.open('/events', { Accept: 'text/event-stream', 'X-User': user });
  expect(statusOf(await as('ann'))).toBe(200);
  expect(statusOf(await as('bob'))).toBe(200);
  expect(statusOf(await as('ann'))).toBe(429);
});

test('a list of routes decides which requests are for streams', async () => {
  await using server = await startGuarded({
    maxConnections: 0,
    refusal: 'status',
    match: ['/events/*', '/rooms/:room'],
  });
  const get = async (path: string, accept = '*/*') =>
    statusOf(await server.open(path, { Accept: accept }));
  expect(await get('/events')).toBe(503);
  expect(await get('/events/a/b')).toBe(503);
  expect(await get('/rooms/7/')).toBe(503);
  expect(await get('/rooms')).toBe(200);
  expect(await get('/rooms/7/8')).toBe(200);
  expect(await get('/other', 'text/event-stream')).toBe(200);
});

test('a function decides which requests are for streams', async () => {
  await using server = await startGuarded({
    maxConnections: 0,
    refusal: 'status',
    match: ({ headers }) => headers['x-stream'] === 'yes',
  });
  const get = async (value: string) =>
    statusOf(await server.open('/events', { 'X-Stream': value }));
  expect(await get('yes')).toBe(503);
  expect(await get('no')).toBe(200);
});

test('a reason of the user refuses as any other', async () => {
  await using server = await startGuarded({
    ...STATUS,
    refuse: ({ url }) => url === '/banned',
  });
  expect(statusOf(await server.open('/banned'))).toBe(503);
  expect(statusOf(await server.open('/events'))).toBe(200);
  expect(server.guard.read().refused).toEqual({ _OTHER: 1 });
});

test('the user is told of each refusal, and of each limit passed and no longer passed', async () => {
  const told: unknown[] = [];
  await using server = await startGuarded({
    maxConnections: 1,
    onPressure: (pressure) => told.push(pressure),
    onRefusal: ({ reason, value, max, route }, { method }) =>
      told.push({ reason, value, max, route, method }),
  });
  const pressure = { limit: 'maxConnections', max: 1 };
  const first = await server.open();
  await (await server.request('/events?token=secret')).closed;
  expect(told).toEqual([
    { ...pressure, value: 1, isOver: true },
    {
      reason: 'connections',
      value: 1,
      max: 1,
      route: '/events',
      method: 'GET',
    },
  ]);
  expect(server.guard.read().pressures).toHaveLength(1);
  first.socket.destroy();
  await until('relief', () => told.length === 3);
  expect(told[2]).toEqual({ ...pressure, value: 0, isOver: false });
  expect(server.guard.read().pressures).toEqual([]);
});

test('a request that the guard has let in is counted once, however often it asks', async () => {
  await using server = await startGuarded(
    { maxConnections: 1 },
    (request, response) => {
      expect(server.guard.admit(request, response)).toBe(true);
      response.writeHead(200, { 'Content-Type': 'text/event-stream' });
      response.flushHeaders();
    },
  );
  await server.open();
  expect(server.guard.read().connections).toBe(1);
});

test('an answer that is no stream gives its place back', async () => {
  await using server = await startGuarded(
    { maxConnections: 1 },
    (_request, response) => response.end('no stream'),
  );
  for (let i = 0; i < 3; i++) {
    const client = await server.request();
    await client.waitFor('no stream');
    await until('its place', () => server.guard.read().connections === 0);
  }
});
