import { expect, test } from 'vitest';
import { until } from '../support/poll.ts';
import { peakOf, runDrain } from './support/drain-run.ts';
import { startGuarded, statusOf } from './support/guarded-server.ts';

test('1,000 clients of a drained server come back at never twice the even rate', async () => {
  const seconds = 8;
  const { result, returns, broken } = await runDrain(1000, seconds, 500, 500);
  expect(result).toMatchObject({ open: 1000, closed: 1000, cut: 0 });
  expect(result.seconds).toBeLessThan(seconds + 0.5);
  expect(returns).toHaveLength(1000);
  expect(broken).toBe(0);
  expect(peakOf(returns, seconds, 1000)).toBeLessThan(2);
  // They do not come back one by one either, long after it.
  expect(Math.max(...returns)).toBeLessThan(seconds * 1000 + 3000);
}, 60_000);

test('a guard that drains refuses new streams, says so, and resolves when none is left', async () => {
  await using server = await startGuarded({ refusal: 'status' });
  const client = await server.open();
  expect(server.guard.isDraining).toBe(false);
  const drained = server.guard.drain({ seconds: 20 });
  expect(server.guard.drain()).toBe(drained);
  expect(server.guard.isDraining).toBe(true);
  expect(statusOf(await server.open())).toBe(503);
  expect(server.guard.read().refused).toEqual({ draining: 1 });
  client.socket.destroy();
  expect(await drained).toMatchObject({ open: 1, closed: 0, cut: 0 });
});

test('readiness answers 200, and 503 from the first moment of a drain', async () => {
  await using server = await startGuarded({ match: ['/events'] });
  server.server.removeAllListeners('request');
  server.server.on('request', server.guard.readiness);
  expect((await fetch(server.url)).status).toBe(200);
  const drained = server.guard.drain({ seconds: 0 });
  const response = await fetch(server.url);
  expect(response.status).toBe(503);
  expect(await response.text()).toBe('draining\n');
  await drained;
});

test('open streams are told early when to come back, in case the process dies', async () => {
  await using server = await startGuarded({});
  const clients = await Promise.all(
    Array.from({ length: 50 }, () => server.open()),
  );
  const drained = server.guard.drain({ seconds: 3, retry: 100 });
  const told = () =>
    clients.flatMap((client) => {
      const found = /retry: (\d+)\n\n/.exec(client.received());
      return found === null ? [] : [Number(found[1])];
    });
  const toldAt = performance.now();
  await until('all told', () => told().length === 50);
  expect(performance.now() - toldAt).toBeLessThan(1000);
  expect(Math.max(...told())).toBeLessThanOrEqual(3100);
  expect(Math.max(...told()) - Math.min(...told())).toBeGreaterThan(1500);
  await drained;
});

test('what is still open at the deadline is cut off', async () => {
  await using server = await startGuarded({});
  const stuck = await server.open();
  server.streams[0]?.write('data: half');
  const slow = await server.open();
  slow.socket.pause();
  server.streams[1]?.write(`data: ${'x'.repeat(12_000_000)}\n\n`);
  const result = await server.guard.drain({ seconds: 1 });
  expect(result).toMatchObject({ open: 2, cut: 2 });
  expect(result.seconds).toBeLessThan(1.5);
  await stuck.closed;
  await until('both closed', () => server.guard.read().connections === 0);
  expect(server.guard.read().ended).toEqual({ shutdown: 2 });
});

test('a request that is not answered yet is not answered by a drain', async () => {
  await using server = await startGuarded({}, () => {});
  const client = await server.request();
  await until('the request', () => server.streams.length === 1);
  const result = await server.guard.drain({ seconds: 3 });
  expect(result).toMatchObject({ open: 1, cut: 1 });
  await client.closed;
  expect(client.received()).toBe('');
});

test('a connection is closed with its drained stream, so that its client goes elsewhere', async () => {
  await using server = await startGuarded({});
  const client = await server.open();
  await server.guard.drain({ seconds: 0.2 });
  await client.closed;
  expect(client.received()).toMatch(/0\r\n\r\n$/);
});
