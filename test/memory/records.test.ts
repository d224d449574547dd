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

test('closed connections are let go of while many are opened and others stay', async () => {
  const sse = new SseInstrumentation();
  sse.setMeterProvider(createMetrics().provider);
  const closed: WeakRef<object>[] = [];
  await using server = await startServer((request, response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    response.write('data: 1\n\n');
    if (request.url === '/leaves') closed.push(new WeakRef(response));
  });
  const stays = await server.request('/stays');
  await stays.waitFor('data: 1');
  const openAndLeave = async (): Promise<void> => {
    const client = await server.request('/leaves');
    await client.waitFor('data: 1');
    client.socket.destroy();
    await client.closed;
  };
  // Faster than addresses are looked up: 500 a second.
  for (let opened = 0; opened < 4000; opened += 50) {
    await Promise.all(Array.from({ length: 50 }, openAndLeave));
  }
  await until('open', () => sse.connections().length === 1);
  await delay(1);
  collect();
  const alive = closed.filter((record) => record.deref() !== undefined);
  expect(alive.length).toBeLessThanOrEqual(100);
  sse.disable();
});
