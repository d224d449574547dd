import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { expect, test } from 'vitest';
import { readConfig } from '../../examples/production/src/config.js';
import { classify } from '../../examples/production/src/errors/classify.js';
import { createReactions } from '../../examples/production/src/errors/reactions.js';
import { until } from '../support/poll.ts';
import { findFreePort } from '../support/ports.ts';
import {
  createToken,
  installForTests,
  type Production,
  startProduction,
} from './support/production.ts';
import { openReader } from './support/reader.ts';

const installed = installForTests();

test('the figures are those that were asked for', () => {
  const config = readConfig({ AUTH: 'none' });
  const { react, read, reset } = createReactions(config);
  expect(react('RATE_LIMITED')).toBe(30);
  expect(read()).toEqual({ timeoutSeconds: 5, pagesPerSecond: 80 });
  expect(react('TIMED_OUT')).toBe(2);
  expect(react('TIMED_OUT')).toBe(2);
  expect(read()).toEqual({ timeoutSeconds: 11.25, pagesPerSecond: 80 });
  expect(react('CONNECTION_REFUSED')).toBe(5);
  reset();
  expect(read()).toEqual({ timeoutSeconds: 5, pagesPerSecond: 100 });
  for (let count = 0; count < 20; count++) react('TIMED_OUT');
  expect(read().timeoutSeconds).toBe(60);
  expect(config).toMatchObject({ BREAK_AFTER_REFUSALS: 10, BREAK_SECONDS: 60 });
});

test('an error is of the class that its code, name, words or cause say', () => {
  const coded = (code: unknown) => Object.assign(new Error(''), { code });
  const refused = coded('ECONNREFUSED');
  expect(classify(coded('ETIMEDOUT'))).toBe('TIMED_OUT');
  expect(classify(AbortSignal.timeout(0).reason ?? coded(57014))).toBe(
    'TIMED_OUT',
  );
  expect(classify(coded('53300'))).toBe('RATE_LIMITED');
  expect(classify(Object.assign(new Error(), { status: 429 }))).toBe(
    'RATE_LIMITED',
  );
  expect(classify(coded('ERR_MEMORY_ALLOCATION_FAILED'))).toBe(
    'MEMORY_EXHAUSTED',
  );
  expect(classify(new RangeError('Array buffer allocation failed'))).toBe(
    'MEMORY_EXHAUSTED',
  );
  expect(classify(new AggregateError([refused]))).toBe('CONNECTION_REFUSED');
  expect(classify(new Error('fetch failed', { cause: refused }))).toBe(
    'CONNECTION_REFUSED',
  );
  expect(classify(new TypeError('x is not a function'))).toBe(undefined);
  expect(classify('ETIMEDOUT')).toBe(undefined);
});

/** A source that accepts connections and does with them what it is told. */
async function startSource(onConnection: (socket: Socket) => void) {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
    onConnection(socket);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    url: `redis://127.0.0.1:${port}`,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      await once(server.close(), 'close');
    },
  };
}

/** What the log says of the source, from so many lines on. */
async function readTroubles(server: Production, count: number) {
  return until(
    'troubles',
    () => server.log('source'),
    ({ length }) => length >= count,
  );
}

test('a source that wants less is asked less, after a pause', async () => {
  await using source = await startSource((socket) =>
    socket.on('data', () =>
      socket.end('-ERR max number of clients reached\r\n'),
    ),
  );
  await using server = await startProduction(installed.folder, {
    REDIS_URL: source.url,
    RATE_LIMIT_WAIT_SECONDS: '0.2',
  });
  const [first, second] = await readTroubles(server, 2);
  expect(first).toMatchObject({
    errorClass: 'RATE_LIMITED',
    waitSeconds: 0.2,
    pagesPerSecond: 80,
  });
  expect(second?.['pagesPerSecond']).toBeCloseTo(64);
  const apart = Number(second?.['time']) - Number(first?.['time']);
  expect(apart).toBeGreaterThan(190);
});

test('a source that does not answer is given more time', async () => {
  await using source = await startSource(() => undefined);
  await using server = await startProduction(installed.folder, {
    REDIS_URL: source.url,
    TIMEOUT_SECONDS: '0.2',
    TIMEOUT_RETRY_SECONDS: '0.1',
  });
  const [first, second, third] = await readTroubles(server, 3);
  expect(first).toMatchObject({ errorClass: 'TIMED_OUT', waitSeconds: 0.1 });
  expect(first?.['timeoutSeconds']).toBeCloseTo(0.3);
  // The wait and the longer time.
  const apart = Number(third?.['time']) - Number(second?.['time']);
  expect(apart).toBeGreaterThan(100 + 450 - 20);
});

test('a source that refuses more than ten times is left alone for a while', async () => {
  const port = await findFreePort();
  await using server = await startProduction(installed.folder, {
    REDIS_URL: `redis://127.0.0.1:${port}`,
    REFUSED_RETRY_SECONDS: '0.02',
    BREAK_SECONDS: '0.5',
  });
  const lines = await readTroubles(server, 14);
  const broken = lines.findIndex(({ isBroken }) => isBroken === true);
  expect(broken).toBe(11);
  expect(lines[0]).toMatchObject({
    errorClass: 'CONNECTION_REFUSED',
    waitSeconds: 0.02,
  });
  expect(lines[11]).toMatchObject({ waitSeconds: 0.5 });
  const apart = Number(lines[12]?.['time']) - Number(lines[11]?.['time']);
  expect(apart).toBeGreaterThan(480);

  const ready = await fetch(`${server.url}/ready`);
  expect(ready.status).toBe(503);
  expect(await ready.json()).toMatchObject({ why: 'no event source' });
  const headers = { Authorization: `Bearer ${createToken()}` };
  using refused = await openReader(`${server.url}/events`, headers);
  expect(refused.response.status).toBe(200);
  expect(await refused.ended).toBe(true);
  expect(refused.retries).toHaveLength(1);
  await expect(server.publish('x')).rejects.toThrow('CONNECTION_REFUSED');
});
