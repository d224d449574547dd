import { once } from 'node:events';
import { Agent, get } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { SseInstrumentation } from '../../src/index.ts';
import { createMetrics } from '../support/metric-reader.ts';
import { until } from '../support/poll.ts';
import { startServer } from '../support/sse-server.ts';

const collect = globalThis.gc as () => void;

test('20,000 connections opened and closed leave no record', async () => {
  const sse = new SseInstrumentation();
  const metrics = createMetrics();
  sse.setMeterProvider(metrics.provider);
  const records: WeakRef<object>[] = [];
  await using server = await startServer((_request, response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    response.write('data: 1\n\n');
    records.push(new WeakRef(response));
  });
  const agent = new Agent({ keepAlive: false });
  const openAndLeave = async (): Promise<void> => {
    const request = get(`${server.url}/events`, { agent });
    const [response] = await once(request, 'response');
    response.on('error', () => {});
    request.on('error', () => {});
    request.destroy();
    await once(request, 'close');
  };
  for (let opened = 0; opened < 20_000; opened += 100) {
    await Promise.all(Array.from({ length: 100 }, openAndLeave));
  }
  agent.destroy();

  expect(records).toHaveLength(20_000);
  await until(
    'active',
    () => metrics.sum('sse.server.active_connections'),
    (active) => active === 0,
  );
  expect(await metrics.sum('sse.server.closed_connections')).toBe(20_000);
  expect(sse.connections()).toEqual([]);
  const alive = await until(
    'responses alive',
    async () => {
      await delay(1);
      collect();
      return records.filter((record) => record.deref() !== undefined).length;
    },
    (count) => count <= 10,
  );
  // The last ones may still be on a stack or in Node's free list.
  expect(alive).toBeLessThanOrEqual(10);
  sse.disable();
});
