import { expect, test } from 'vitest';
import { until } from '../support/poll.ts';
import {
  createToken,
  installForTests,
  startProduction,
} from './support/production.ts';
import { openReader } from './support/reader.ts';

const installed = installForTests();

test('at SIGTERM it is not ready, refuses, and ends its streams over the window', async () => {
  await using server = await startProduction(installed.folder, {
    DRAIN_SECONDS: '3',
    RETRY_SECONDS: '1',
  });
  const status = async (path: string) =>
    (await fetch(server.url + path, { signal: AbortSignal.timeout(2000) }))
      .status;
  expect(await status('/ready')).toBe(200);
  const headers = { Authorization: `Bearer ${createToken()}` };
  const url = `${server.url}/events`;
  const readers = await Promise.all(
    Array.from({ length: 10 }, (_, index) =>
      // Some clients do not say what they accept.
      openReader(url, { ...headers, ...(index > 6 && { Accept: '*/*' }) }),
    ),
  );
  const id = await server.publish('last');
  await until('it arrives', () =>
    readers.every((reader) => reader.ids().includes(id)),
  );

  const ends: number[] = [];
  const startedAt = performance.now();
  for (const reader of readers) {
    void reader.ended.then(() => ends.push(performance.now() - startedAt));
  }
  const stopped = server.stop('SIGTERM');
  await until('not ready', async () => (await status('/ready')) === 503);
  expect(await status('/health')).toBe(200);
  using refused = await openReader(url, headers);
  // Its EventSource comes back from that, as from no other status.
  expect(refused.response.status).toBe(200);
  expect(await refused.ended).toBe(true);
  expect(refused.events).toEqual([]);
  expect(refused.retries).toHaveLength(1);

  expect(await stopped).toBe(0);
  for (const reader of readers) {
    expect(await reader.ended).toBe(true);
    expect(reader.events.at(-1)).toMatchObject({ type: 'bye' });
    expect(reader.retries.length).toBeGreaterThan(1);
  }
  // One after the other, not all at once.
  expect(Math.max(...ends) - Math.min(...ends)).toBeGreaterThan(1500);
  expect(server.log('drained')).toMatchObject([
    { open: 10, closed: 10, cut: 0 },
  ]);
});

test('it refuses more streams than it may have', async () => {
  await using server = await startProduction(installed.folder, {
    MAX_CONNECTIONS: '2',
  });
  const headers = { Authorization: `Bearer ${createToken()}` };
  const url = `${server.url}/events`;
  using _first = await openReader(url, headers);
  using _second = await openReader(url, headers);
  using third = await openReader(url, headers);
  expect(await third.ended).toBe(true);
  const [refusal] = await until(
    'the line',
    () => server.log('stream refused'),
    ({ length }) => length > 0,
  );
  expect(refusal).toMatchObject({ reason: 'connections', max: 2 });
  const reason = { sse_rejection_reason: 'connections' };
  const name = 'sse_server_rejected_connections_total';
  await until(
    'the metric',
    async () => (await server.metric(name, reason)) === 1,
  );
});
