import { once } from 'node:events';
import { connect } from 'node:net';
import { expect, test } from 'vitest';
import { SseInstrumentation } from '../../src/instrumentation.ts';
import { PROCESS_METRICS } from '../../src/semconv.ts';
import type { SseInstrumentationConfig } from '../../src/types.ts';
import { createMetrics, type Metrics } from '../support/metric-reader.ts';
import { until } from '../support/poll.ts';
import { startServer } from '../support/sse-server.ts';

type Key = keyof typeof PROCESS_METRICS;

interface Watched extends Disposable {
  readonly metrics: Metrics;
  /** A figure, or the sum of its two. */
  read(key: Key, match?: Record<string, string>): Promise<number>;
}

/** Reports this process, until it is disposed of. */
function watch(config: SseInstrumentationConfig = {}): Watched {
  const metrics = createMetrics();
  const instrumentation = new SseInstrumentation(config);
  instrumentation.setMeterProvider(metrics.provider);
  return {
    metrics,
    read: (key, match) => metrics.sum(PROCESS_METRICS[key].name, match),
    [Symbol.dispose]: () => instrumentation.disable(),
  };
}

/** Keeps the process busy. */
function spin(milliseconds: number): void {
  const end = performance.now() + milliseconds;
  while (performance.now() < end);
}

const PROCESS_NAME = /^sse\.process\./;

test('every process metric is reported with its attributes', async () => {
  using watched = watch();
  const all = await watched.metrics.collect();
  const found = [...all]
    .filter(([name]) => PROCESS_NAME.test(name))
    .map(([name, points]) => [
      name,
      points
        .map(({ attributes }) => Object.values(attributes).join())
        .join(' '),
    ]);
  const values: Partial<Record<Key, string>> = {
    cpuTime: 'user system',
    eventLoopTime: 'active idle',
  };
  expect(found).toEqual(
    Object.entries(PROCESS_METRICS).map(([key, { name }]) => [
      name,
      values[key as Key] ?? '',
    ]),
  );
});

test('the figures are those that Node tells', async () => {
  using watched = watch();
  // So much that what comes and goes meanwhile is little.
  const ballast = new ArrayBuffer(128 * 1024 * 1024);
  const memory = process.memoryUsage();
  const near = async (key: Key, value: number) => {
    const read = await watched.read(key);
    expect(read / value, key).toBeGreaterThan(0.5);
    expect(read / value, key).toBeLessThan(2);
  };
  await near('memoryRss', memory.rss);
  await near('heapUsed', memory.heapUsed);
  await near('heapTotal', memory.heapTotal);
  await near('external', memory.external);
  await near('arrayBuffers', memory.arrayBuffers);
  expect(await watched.read('heapLimit')).toBeGreaterThan(memory.heapTotal);
  expect(memory.arrayBuffers).toBeGreaterThan(ballast.byteLength);
  const uptime = await watched.read('uptime');
  expect(uptime).toBeGreaterThan(0.01);
  expect(uptime).toBeLessThanOrEqual(process.uptime());
});

test('CPU time is in seconds and grows with work', async () => {
  using watched = watch();
  const user = { 'sse.process.cpu.mode': 'user' };
  const before = await watched.read('cpuTime', user);
  const wasUsed = process.cpuUsage();
  while (process.cpuUsage(wasUsed).user < 200_000) spin(10);
  const grown = (await watched.read('cpuTime', user)) - before;
  expect(grown).toBeGreaterThan(0.19);
  expect(grown).toBeLessThan(5);
  const { user: micros } = process.cpuUsage();
  expect(before).toBeLessThan(micros / 1e6);
});

test('the time of the event loop is active when it works, else idle', async () => {
  using watched = watch();
  const stateOf = (state: string) =>
    watched.read('eventLoopTime', { 'sse.process.event_loop.state': state });
  const active = await stateOf('active');
  const idle = await stateOf('idle');
  spin(150);
  await until(
    'some work',
    async () => (await stateOf('active')) >= active + 0.14,
  );
  await until('some rest', async () => (await stateOf('idle')) >= idle + 0.1);
  const all = (await stateOf('active')) + (await stateOf('idle'));
  expect(all).toBeLessThan(process.uptime() + 1);
});

test('file descriptors grow by what is opened, and stay below their limit', async () => {
  using watched = watch();
  await using server = await startServer(() => {});
  const before = await watched.read('fileDescriptorCount');
  const sockets = Array.from({ length: 20 }, () =>
    connect(server.port, '127.0.0.1'),
  );
  await Promise.all(sockets.map((socket) => once(socket, 'connect')));
  // One at each end.
  const grown = await until(
    'descriptors',
    async () => (await watched.read('fileDescriptorCount')) - before,
    (count) => count >= 40,
  );
  expect(grown).toBeLessThan(50);
  for (const socket of sockets) socket.destroy();
  await until(
    'closed descriptors',
    async () => (await watched.read('fileDescriptorCount')) - before,
    (count) => count < 5,
  );
  const limit = await watched.read('fileDescriptorLimit');
  expect(limit).toBeGreaterThanOrEqual(256);
  expect(limit).toBeGreaterThan(before);
  expect(Number.isInteger(limit)).toBe(true);
});

test('with processMetrics false only the uptime is reported', async () => {
  using watched = watch({ processMetrics: false });
  const all = await watched.metrics.collect();
  const reported = [...all]
    .filter(([name, points]) => PROCESS_NAME.test(name) && points.length > 0)
    .map(([name]) => name);
  expect(reported).toEqual([PROCESS_METRICS.uptime.name]);
  expect(await watched.read('uptime')).toBeGreaterThan(0);
});

test('without serverMetrics the process is reported all the same', async () => {
  using watched = watch({ serverMetrics: false });
  const names = [...(await watched.metrics.collect()).keys()];
  expect(names).toEqual(Object.values(PROCESS_METRICS).map(({ name }) => name));
});
