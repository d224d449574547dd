import { setImmediate as nextTurn } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect, test } from 'vitest';
import type { SseGuardOptions } from '../../src/guard.ts';
import { until } from '../support/poll.ts';
import { startGuarded } from './support/guarded-server.ts';

const MAX = 16_000_000;

function event(bytes: number): string {
  return `data: ${'x'.repeat(bytes - 8)}\n\n`;
}

/** A stream whose client reads nothing, and for which exactly MAX bytes wait. */
async function fillQueue(options: SseGuardOptions) {
  const server = await startGuarded({ maxQueueBytes: MAX, ...options });
  const client = await server.open();
  client.socket.pause();
  const [stream] = server.streams;
  if (stream === undefined) throw new Error('no stream');
  stream.write(event(12_000_000));
  // What the kernel took of a chunk counts until it has it all.
  await until('a write that waits', () => stream.writableNeedDrain);
  // Node 26 adds the framing at the end of the turn.
  await nextTurn();
  const framing = '000000\r\n\r\n'.length;
  stream.write(event(MAX - stream.writableLength - framing));
  await until('a full queue', () => stream.writableLength === MAX);
  return { server, client, stream };
}

test('a client for which as much waits as is allowed stays, with one event more it is cut off', async () => {
  const { server, stream } = await fillQueue({ queueGraceSeconds: 0 });
  await using _server = server;
  const filledAt = performance.now();
  await until('two sweeps', () => performance.now() - filledAt > 2300);
  expect(stream.destroyed).toBe(false);
  expect(stream.writableLength).toBe(MAX);
  stream.write(event(9));
  await until('its end', () => stream.destroyed);
  await until('its place', () => server.guard.read().connections === 0);
  expect(server.guard.read().ended).toEqual({ evicted: 1 });
});

test('a client that is too slow for less than the time of grace stays', async () => {
  const { server, client, stream } = await fillQueue({ queueGraceSeconds: 3 });
  await using _server = server;
  stream.write(event(9));
  const filledAt = performance.now();
  await until('a sweep', () => performance.now() - filledAt > 1300);
  client.socket.resume();
  await until('an empty queue', () => stream.writableLength === 0);
  // Too slow again, for less than that time again.
  await until('its time', () => performance.now() - filledAt > 3300);
  client.socket.pause();
  stream.write(event(MAX + 1_000_000));
  await until('another sweep', () => performance.now() - filledAt > 5500);
  expect(stream.destroyed).toBe(false);
  expect(server.guard.read().ended).toEqual({});
});

test('at twice the limit there is no time of grace', async () => {
  const { server, stream } = await fillQueue({ queueGraceSeconds: 3600 });
  await using _server = server;
  stream.write(event(MAX));
  await until('its end', () => stream.destroyed);
  expect(server.guard.read().ended).toEqual({ evicted: 1 });
});

test('what waited for a client that was cut off is given back', async () => {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  const { server, stream } = await fillQueue({ queueGraceSeconds: 3600 });
  await using _server = server;
  const before = process.memoryUsage().rss;
  const bytes = 200_000_000;
  stream.write(Buffer.alloc(bytes, 'x'));
  expect(process.memoryUsage().rss - before).toBeGreaterThan(0.9 * bytes);
  await until('its end', () => stream.destroyed);
  await until('its memory', () => {
    collect();
    return process.memoryUsage().rss - before < 0.3 * bytes;
  });
});
