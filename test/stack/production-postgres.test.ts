import { expect, test } from 'vitest';
import {
  createToken,
  installForTests,
  type Production,
  startProduction,
} from '../examples/support/production.ts';
import { openReader } from '../examples/support/reader.ts';
import { until } from '../support/poll.ts';
import { startPostgres } from './support/production-sources.ts';

const installed = installForTests();

async function start(url: string): Promise<Production> {
  const server = await startProduction(installed.folder, {
    DATABASE_URL: url,
    REFUSED_RETRY_SECONDS: '0.1',
    REPLAY_EVENTS: '50',
  });
  const isUp = () => server.log('source').some(({ state }) => state === 'up');
  await until('the source', isUp);
  return server;
}

async function read(server: Production, lastId?: string) {
  return openReader(`${server.url}/events`, {
    Authorization: `Bearer ${createToken()}`,
    ...(lastId !== undefined && { 'Last-Event-ID': lastId }),
  });
}

test('replicas that start at once share a table, and each event comes to all in order', async () => {
  await using postgres = await startPostgres();
  const servers = await Promise.all([start(postgres.url), start(postgres.url)]);
  await using one = servers[0] as Production;
  await using two = servers[1] as Production;
  using reader = await read(one);
  using other = await read(two);
  const ids = await Promise.all(
    Array.from({ length: 40 }, (_, index) =>
      (index % 2 === 0 ? one : two).publish(index),
    ),
  );
  const sorted = ids.toSorted(
    (a, b) => Number.parseInt(a, 10) - Number.parseInt(b, 10),
  );
  await until('all', () => other.events.length + reader.events.length === 80);
  expect(reader.ids()).toEqual(sorted);
  expect(other.ids()).toEqual(sorted);

  // One that has just started has the last of them.
  await using late = await start(postgres.url);
  using resumed = await read(late, sorted[36]);
  await until('the missed', () => resumed.events.length === 3);
  expect(resumed.ids()).toEqual(sorted.slice(37));
}, 60_000);

test('what is published while a replica has no database comes when it has one', async () => {
  await using postgres = await startPostgres();
  await using server = await start(postgres.url);
  using reader = await read(server);
  const before = await server.publish('before');
  await until('it', () => reader.events.length === 1);
  await postgres.part.kill();
  const lost = await until(
    'the loss',
    () => server.log('source').filter(({ waitSeconds }) => waitSeconds),
    ({ length }) => length > 1,
  );
  expect(lost[0]).toMatchObject({ errorClass: 'CONNECTION_REFUSED' });
  await expect(server.publish('x')).rejects.toThrow('CONNECTION_REFUSED');
  await postgres.part.start();
  await until(
    'up again',
    () => server.log('source').filter(({ state }) => state === 'up').length,
    (count) => count === 2,
  );
  const after = await server.publish('after');
  await until('both', () => reader.events.length === 2);
  expect(reader.ids()).toEqual([before, after]);
}, 60_000);
