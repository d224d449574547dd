import { expect, test } from 'vitest';
import {
  createToken,
  installForTests,
  type Production,
  startProduction,
} from '../examples/support/production.ts';
import { openReader, type Reader } from '../examples/support/reader.ts';
import { until } from '../support/poll.ts';
import { startRedis } from './support/production-sources.ts';

/** The figures of the example ÷ 20 or so: seconds are long in a test. */
const FIGURES = {
  RATE_LIMIT_WAIT_SECONDS: '1.5',
  TIMEOUT_SECONDS: '0.5',
  TIMEOUT_RETRY_SECONDS: '0.1',
  REFUSED_RETRY_SECONDS: '0.05',
  BREAK_SECONDS: '2',
  RETRY_SECONDS: '0.5',
};

const installed = installForTests();

async function read(server: Production, lastId?: string): Promise<Reader> {
  return openReader(`${server.url}/events`, {
    Authorization: `Bearer ${createToken()}`,
    ...(lastId !== undefined && { 'Last-Event-ID': lastId }),
  });
}

function untilUp(server: Production, times = 1) {
  return until(
    'the source',
    () => server.log('source').filter(({ state }) => state === 'up').length,
    (count) => count >= times,
  );
}

async function start(url: string): Promise<Production> {
  const server = await startProduction(installed.folder, {
    ...FIGURES,
    REDIS_URL: url,
  });
  await untilUp(server);
  return server;
}

test('a replica that has just started has the events of before', async () => {
  await using redis = await startRedis();
  await using first = await start(redis.url);
  using reader = await read(first);
  const ids = [];
  for (let index = 0; index < 5; index++) ids.push(await first.publish(index));
  await until('all', () => reader.events.length === 5);
  expect(reader.ids()).toEqual(ids);

  await using second = await start(redis.url);
  using resumed = await read(second, ids[1]);
  await until('the missed', () => resumed.events.length === 3);
  ids.push(await first.publish('live'));
  await until('the next', () => resumed.events.length === 4);
  expect(resumed.ids()).toEqual(ids.slice(2));
});

test('rate limited: readers are told to stay away for as long as we do', async () => {
  await using redis = await startRedis();
  await using server = await start(redis.url);
  using reader = await read(server);
  await until('open', () => reader.retries.length === 1);
  redis.run('config set maxclients 1', 'client kill type pubsub');
  const [line] = await until(
    'the class',
    () =>
      server
        .log('source')
        .filter(({ errorClass }) => errorClass === 'RATE_LIMITED'),
    ({ length }) => length > 0,
  );
  expect(line).toMatchObject({ waitSeconds: 1.5 });
  await until('retry', () => (reader.retries.at(-1) ?? 0) >= 1500);
  expect(reader.retries.at(-1)).toBeLessThanOrEqual(2250);
  // It may be refused itself.
  await until(
    'more clients',
    () => redis.run('config set maxclients 100'),
    (answer) => answer === 'OK\n',
  );
  await untilUp(server, 2);
  await until('retry as before', () => (reader.retries.at(-1) ?? 9e9) <= 750);
  const id = await server.publish('well again');
  await until('the event', () => reader.ids().includes(id));
});

test('timed out: a source that hangs is noticed, and given more time', async () => {
  await using redis = await startRedis();
  await using server = await start(redis.url);
  using reader = await read(server);
  const before = await server.publish('before');
  const pid = redis.part.pid() ?? 0;
  process.kill(pid, 'SIGSTOP');
  const lines = await until(
    'two time-outs',
    () =>
      server
        .log('source')
        .filter(({ errorClass }) => errorClass === 'TIMED_OUT'),
    ({ length }) => length >= 2,
  );
  expect(lines[0]).toMatchObject({ waitSeconds: 0.1, timeoutSeconds: 0.75 });
  process.kill(pid, 'SIGCONT');
  await untilUp(server, 2);
  const after = await server.publish('after');
  await until('both', () => reader.events.length === 2);
  expect(reader.ids()).toEqual([before, after]);
}, 60_000);

test('refused: after more than ten, streams are closed for it, and all comes back', async () => {
  await using redis = await startRedis();
  await using server = await start(redis.url);
  using reader = await read(server);
  await until('open', () => reader.retries.length === 1);
  await redis.part.kill();
  await reader.ended;
  const closed = {
    sse_connection_close_reason: 'error',
    error_type: 'CONNECTION_REFUSED',
  };
  expect(
    await server.metric('sse_server_closed_connections_total', closed),
  ).toBe(1);
  expect(reader.retries.at(-1)).toBeGreaterThanOrEqual(2000);
  const isReady = async () => (await fetch(`${server.url}/ready`)).ok;
  expect(await isReady()).toBe(false);
  await redis.part.start();
  await untilUp(server, 2);
  expect(await isReady()).toBe(true);
  using again = await read(server);
  const id = await server.publish('back');
  await until('the event', () => again.ids().includes(id));
}, 60_000);

test('memory exhausted in Redis: who publishes is told when to try again', async () => {
  await using redis = await startRedis();
  await using server = await start(redis.url);
  redis.run('config set maxmemory 1');
  await expect(server.publish('x')).rejects.toThrow('MEMORY_EXHAUSTED');
  redis.run('config set maxmemory 0');
  await server.publish('x');
});
