import { setTimeout as delay } from 'node:timers/promises';
import { expect, test, vi } from 'vitest';
import {
  type EventLoopMonitor,
  type EventLoopReading,
  monitorEventLoop,
} from '../../src/process/event-loop.ts';
import { until } from '../support/poll.ts';

/** The event loop of this process, until it is disposed of. */
function watch(): EventLoopMonitor & Disposable {
  const monitor = monitorEventLoop();
  return { ...monitor, [Symbol.dispose]: () => monitor.stop() };
}

function block(milliseconds: number): void {
  const end = performance.now() + milliseconds;
  while (performance.now() < end);
}

/** Some periods of sampling with nothing to do. */
async function readIdle(): Promise<EventLoopReading> {
  using monitor = watch();
  await delay(300);
  return monitor.read();
}

test('the delay of an idle event loop is near 0: the period of sampling is no delay', async () => {
  // Polled: other processes have the CPU too. The period alone is 20 ms.
  const { eventLoopDelayMax, eventLoopDelayP99 } = await until(
    'an idle event loop',
    readIdle,
    ({ eventLoopDelayP99: p99 }) => p99 < 0.01,
  );
  expect(eventLoopDelayP99).toBeGreaterThanOrEqual(0);
  expect(eventLoopDelayMax).toBeGreaterThanOrEqual(eventLoopDelayP99);
});

test('a block of 300 ms is a delay of as much', async () => {
  using monitor = watch();
  await delay(60);
  block(300);
  const { eventLoopDelayMax, eventLoopDelayP99 } = await until(
    'the block is seen',
    () => monitor.read(),
    ({ eventLoopDelayMax: longest }) => longest >= 0.25,
  );
  expect(eventLoopDelayMax).toBeLessThan(2);
  expect(eventLoopDelayP99).toBeGreaterThanOrEqual(0.25);
});

test('a delay is seen until its window is over, by every reader', async () => {
  using monitor = watch();
  await delay(60);
  block(200);
  await until('the block', () => monitor.read().eventLoopDelayMax >= 0.15);
  await delay(100);
  for (let reading = 0; reading < 3; reading++) {
    expect(monitor.read().eventLoopDelayMax).toBeGreaterThanOrEqual(0.15);
  }
});

test('before anything is sampled there is no delay', () => {
  using monitor = watch();
  const { eventLoopDelayMax, eventLoopDelayP99 } = monitor.read();
  expect([eventLoopDelayMax, eventLoopDelayP99]).toEqual([0, 0]);
});

test('a delay is forgotten after its window of 30 s and the next', async () => {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
  using monitor = watch();
  const readMax = () => monitor.read().eventLoopDelayMax;
  await delay(60);
  block(400);
  await until('the block', () => readMax() >= 0.35);
  vi.advanceTimersByTime(29_999);
  expect(readMax()).toBeGreaterThanOrEqual(0.35);
  vi.advanceTimersByTime(30_000);
  expect(readMax()).toBeGreaterThanOrEqual(0.35);
  vi.advanceTimersByTime(30_000);
  expect(readMax()).toBeLessThan(0.35);
  vi.useRealTimers();
});
