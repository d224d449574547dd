import { once } from 'node:events';
import { Readable } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';
import { expect, test } from 'vitest';
import {
  type Exchange,
  finish,
  startMeasured,
} from '../support/measured-server.ts';
import { until } from '../support/poll.ts';

const MEBIBYTE = 1024 * 1024;
/** More than the kernel buffers of both ends take. */
const MUCH = `data: ${'x'.repeat(16 * MEBIBYTE)}\n\n`;
const PAUSE_MS = 60;
const AT_LEAST = PAUSE_MS / 1000 - 0.005;

/** Writes more than a client takes that does not read. */
function block({ client, response }: Exchange): void {
  client.socket.pause();
  expect(response.write(MUCH)).toBe(false);
}

/** The client reads again, until nothing waits for it. */
async function unblock({ client, response }: Exchange): Promise<void> {
  const drained = once(response, 'drain');
  client.socket.resume();
  await drained;
}

test('bytes that wait in memory for a client are the queue', async () => {
  await using server = await startMeasured();
  const slow = await server.open();
  const other = await server.open();
  const elsewhere = await server.open('/elsewhere');
  expect(await server.sum('queueSize')).toBe(0);
  block(slow);
  block(other);
  block(elsewhere);
  const route = { 'http.route': '/events' };
  const queue = await server.sum('queueSize', route);
  const { writableLength } = slow.response;
  expect(writableLength).toBeGreaterThan(4 * MEBIBYTE);
  expect(queue).toBe(writableLength + other.response.writableLength);
  await unblock(slow);
  expect(await server.sum('queueSize', route)).toBe(
    other.response.writableLength,
  );
  other.client.socket.destroy();
  await server.closed(1);
  expect(await server.sum('queueSize', route)).toBe(0);
  expect(await server.sum('queueSize')).toBeGreaterThan(0);
});

test('the longest queue is of one connection, and stays for the window', async () => {
  await using server = await startMeasured();
  const slow = await server.open();
  const other = await server.open();
  expect(await server.sum('connectionQueueMax')).toBe(0);
  block(slow);
  const longest = await server.sum('connectionQueueMax');
  expect(longest).toBeGreaterThan(15 * MEBIBYTE);
  expect(longest).toBeLessThan(17 * MEBIBYTE);
  block(other);
  expect(await server.sum('connectionQueueMax')).toBeLessThan(17 * MEBIBYTE);
  await unblock(slow);
  await unblock(other);
  expect(await server.sum('queueSize')).toBe(0);
  expect(await server.sum('connectionQueueMax')).toBeGreaterThanOrEqual(
    longest,
  );
});

test('a connection is blocked from a refused write to drain', async () => {
  await using server = await startMeasured();
  const slow = await server.open();
  await server.open();
  expect(await server.sum('blockedConnections')).toBe(0);
  block(slow);
  expect(await server.sum('blockedConnections')).toBe(1);
  await delay(PAUSE_MS);
  expect(await server.sum('blockedConnections')).toBe(1);
  expect(await server.count('blockedDuration')).toBe(0);
  await unblock(slow);
  expect(await server.sum('blockedConnections')).toBe(0);
  const { count, min } = await server.histogram('blockedDuration');
  expect(count).toBe(1);
  expect(min).toBeGreaterThan(AT_LEAST);
});

test('a blocked connection does not stall: its client is the silent one', async () => {
  await using server = await startMeasured({ stallAfterSeconds: 0.6 });
  const slow = await server.open();
  const silent = await server.open();
  block(slow);
  silent.response.write(': ping\n\n');
  const stalled = () => server.sum('stalledConnections');
  await until('the silent one', stalled, (count) => count > 0);
  expect(await stalled()).toBe(1);
  await unblock(slow);
  expect(await stalled()).toBe(1);
  await until('both', stalled, (count) => count === 2);
});

test('each episode is timed by itself', async () => {
  await using server = await startMeasured();
  const slow = await server.open();
  for (let episode = 1; episode <= 3; episode++) {
    block(slow);
    await unblock(slow);
    expect(await server.count('blockedDuration')).toBe(episode);
  }
  expect(slow.response.listenerCount('drain')).toBe(0);
});

test('writes made while blocked are counted, the refused one is not', async () => {
  await using server = await startMeasured();
  const slow = await server.open();
  slow.response.write('data: 1\n\n');
  block(slow);
  expect(await server.sum('blockedWrites')).toBe(0);
  slow.response.write('data: 3\n\n');
  slow.response.write('data: 4\n\n');
  expect(await server.sum('blockedWrites')).toBe(2);
  await unblock(slow);
  slow.response.write('data: 5\n\n');
  expect(await server.sum('blockedWrites')).toBe(2);
  expect(await server.sum('writes')).toBe(5);
});

test('a connection that closes while it is blocked is blocked no more', async () => {
  await using server = await startMeasured();
  const slow = await server.open();
  block(slow);
  await delay(PAUSE_MS);
  slow.client.socket.destroy();
  await server.closed(1);
  expect(await server.sum('blockedConnections')).toBe(0);
  expect(await server.sum('queueSize')).toBe(0);
  const { count, min } = await server.histogram('blockedDuration');
  expect(count).toBe(1);
  expect(min).toBeGreaterThan(AT_LEAST);
});

test('an end() while blocked ends the episode, though no drain comes', async () => {
  await using server = await startMeasured();
  const slow = await server.open();
  block(slow);
  slow.response.end();
  expect(await server.sum('blockedConnections')).toBe(0);
  expect(await server.count('blockedDuration')).toBe(1);
  slow.client.socket.resume();
  await finish(slow);
  await server.closed(1);
  expect(await server.count('blockedDuration')).toBe(1);
});

test('an episode ends though the application took our drain listener away', async () => {
  await using server = await startMeasured();
  const slow = await server.open();
  block(slow);
  slow.response.removeAllListeners('drain');
  slow.client.socket.resume();
  await until('the queue is empty', () => slow.response.writableLength === 0);
  await until(
    'nothing is blocked',
    () => server.sum('blockedConnections'),
    (blocked) => blocked === 0,
  );
  slow.response.write('data: 2\n\n');
  expect(await server.sum('blockedWrites')).toBe(0);
  expect(await server.count('blockedDuration')).toBe(1);
});

test('a burst in one tick is one short episode', async () => {
  await using server = await startMeasured();
  const { response, client } = await server.open();
  const drained = once(response, 'drain');
  let refused = 0;
  for (let event = 0; event < 1000; event++) {
    if (!response.write(`data: ${'x'.repeat(120)}\n\n`)) refused++;
  }
  response.write('data: last\n\n');
  expect(refused).toBeGreaterThan(100);
  expect(await server.sum('blockedConnections')).toBe(1);
  await drained;
  await client.waitFor('data: last');
  expect(await server.sum('blockedConnections')).toBe(0);
  expect(await server.count('blockedDuration')).toBe(1);
  expect(await server.sum('blockedWrites')).toBe(refused);
});

test('many episodes leave no listener behind', async () => {
  await using server = await startMeasured();
  const { response, client } = await server.open();
  const warnings: unknown[] = [];
  const onWarning = (warning: unknown) => warnings.push(warning);
  process.on('warning', onWarning);
  for (let episode = 0; episode < 30; episode++) {
    response.cork();
    response.write(`data: ${'x'.repeat(100_000)}\n\n`);
    response.write(`data: ${episode}!\n\n`);
    response.uncork();
    await client.waitFor(`data: ${episode}!`);
    expect(response.listenerCount('drain')).toBeLessThanOrEqual(1);
  }
  process.off('warning', onWarning);
  expect(warnings).toEqual([]);
});

test('a pipe heeds backpressure: nothing is written while blocked', async () => {
  await using server = await startMeasured();
  const slow = await server.open();
  slow.client.socket.pause();
  const part = `data: ${'x'.repeat(MEBIBYTE)}\n\n`;
  Readable.from(Array.from({ length: 24 }, () => part)).pipe(slow.response);
  await until(
    'a blocked connection',
    () => server.sum('blockedConnections'),
    (blocked) => blocked === 1,
  );
  slow.client.socket.resume();
  await server.closed(1);
  expect(await server.sum('blockedWrites')).toBe(0);
  expect(await server.sum('sentEvents')).toBe(24);
  expect(await server.sum('blockedConnections')).toBe(0);
});

test('a client that reads is never blocked by small events', async () => {
  await using server = await startMeasured();
  const { response, client } = await server.open();
  for (let event = 0; event < 20; event++) {
    response.write(`data: ${event}.\n\n`);
    await client.waitFor(`data: ${event}.`);
  }
  expect(await server.points('blockedDuration')).toEqual([]);
  expect(await server.sum('blockedWrites')).toBe(0);
  expect(await server.sum('connectionQueueMax')).toBe(0);
});

test('a list of open connections tells who is slow', async () => {
  await using server = await startMeasured();
  const slow = await server.open();
  await server.open('/fast');
  block(slow);
  expect(server.instrumentation.connections()).toMatchObject([
    {
      route: '/events',
      isBlocked: true,
      queueBytes: slow.response.writableLength,
    },
    { route: '/fast', isBlocked: false, queueBytes: 0 },
  ]);
});
