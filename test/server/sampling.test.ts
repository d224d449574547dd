import { expect, test } from 'vitest';
import {
  type MeasuredServer,
  startMeasured,
} from '../support/measured-server.ts';
import { until } from '../support/poll.ts';

const SAMPLED = ['eventSize', 'eventInterval', 'writeDuration'] as const;

/** Opens connections and writes one event a round to each of them. */
async function broadcast(
  server: MeasuredServer,
  connections: number,
  rounds: number,
): Promise<void> {
  const opened = await Promise.all(
    Array.from({ length: connections }, () => server.open()),
  );
  for (let round = 0; round < rounds; round++) {
    const text = `data: ${round}.\n\n`;
    for (const { response } of opened) response.write(text);
    await Promise.all(opened.map(({ client }) => client.waitFor(text)));
  }
}

test('below samplesPerSecond every value is recorded', async () => {
  await using server = await startMeasured();
  await broadcast(server, 10, 20);
  expect(await server.count('eventSize')).toBe(200);
  expect(await server.count('eventInterval')).toBe(190);
  await until(
    'every write is called back',
    () => server.count('writeDuration'),
    (count) => count === 200,
  );
});

test('with samplesPerSecond 0 none is recorded, and all are counted', async () => {
  await using server = await startMeasured({ samplesPerSecond: 0 });
  await broadcast(server, 5, 5);
  for (const key of SAMPLED) {
    expect(await server.points(key), key).toEqual([]);
  }
  expect(await server.sum('sentEvents')).toBe(25);
  expect(await server.count('timeToFirstEvent')).toBe(5);
});

test('above samplesPerSecond so many are recorded and all are counted', async () => {
  const samplesPerSecond = 50;
  await using server = await startMeasured({ samplesPerSecond });
  const start = performance.now();
  await broadcast(server, 100, 100);
  const seconds = Math.ceil((performance.now() - start) / 1000) + 1;
  for (const key of SAMPLED) {
    const count = await server.count(key);
    expect(count, key).toBeGreaterThan(0);
    expect(count, key).toBeLessThanOrEqual(samplesPerSecond * seconds);
  }
  expect(await server.sum('sentEvents')).toBe(10_000);
  expect(await server.sum('writes')).toBe(10_000);
  expect(await server.count('connectionOpenTime')).toBe(100);
  expect(await server.count('timeToFirstEvent')).toBe(100);
});

test('each second has samples of its own', async () => {
  await using server = await startMeasured({ samplesPerSecond: 4 });
  const { client, response } = await server.open();
  let events = 0;
  const write = async () => {
    const text = `data: ${events++}.\n\n`;
    response.write(text);
    await client.waitFor(text);
  };
  while (events < 50) await write();
  for (const key of SAMPLED) {
    await until(
      `more of ${key}`,
      async () => {
        await write();
        return server.count(key);
      },
      (count) => count > 4,
    );
  }
});
