import { closeSync, openSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { createSseGuard, type SsePressure } from '../../src/guard.ts';
import {
  countFileDescriptors,
  readFileDescriptorLimit,
} from '../../src/process/file-descriptors.ts';
import { startChild } from '../register/support/child.ts';
import { until } from '../support/poll.ts';
import { startGuarded, statusOf } from './support/guarded-server.ts';

const HEAP = fileURLToPath(new URL('programs/heap.mjs', import.meta.url));

test('new streams are refused while the heap is nearly full, and are let in again after', async () => {
  await using child = startChild(HEAP, {
    // A small young generation: what is kept in it is not in the old one yet.
    flags: ['--max-old-space-size=128', '--max-semi-space-size=1'],
  });
  const [, port] = await child.waitFor(/^listening (\d+)$/m);
  const ask = async () => {
    const response = await fetch(`http://127.0.0.1:${port}/events`, {
      headers: { accept: 'text/event-stream' },
    });
    return { status: response.status, text: await response.text() };
  };
  expect((await ask()).status).toBe(200);
  await child.ask('/keep/80');
  const refused = await until('a refusal', ask, ({ status }) => status === 503);
  expect(JSON.parse(refused.text)).toMatchObject({ reason: 'heap' });
  expect(child.stdout()).toMatch(/maxHeapRatio over at 0\.[5-9]\d/);
  // What is dropped is garbage until V8 collects it: it goes on working.
  await until(
    'room again',
    async () => {
      await child.ask('/keep/1');
      return await ask();
    },
    ({ status }) => status === 200,
  );
  expect(child.stdout()).toMatch(/maxHeapRatio under at 0\.[0-5]\d/);
});

test('new streams are refused while descriptors run short: one more than allowed is too many', async () => {
  const limit = readFileDescriptorLimit() ?? 0;
  const files: number[] = [];
  let count = countFileDescriptors() ?? 0;
  // Room for what this process opens besides.
  const allowed = count + 60;
  const pressures: SsePressure[] = [];
  await using server = await startGuarded({
    maxFileDescriptorRatio: allowed / limit,
    refusal: 'status',
    onPressure: (pressure) => pressures.push(pressure),
  });
  try {
    while ((countFileDescriptors() ?? 0) < allowed - 8) {
      files.push(openSync('/dev/null', 'r'));
    }
    expect(statusOf(await server.open())).toBe(200);
    count = countFileDescriptors() ?? 0;
    while ((countFileDescriptors() ?? 0) <= allowed) {
      files.push(openSync('/dev/null', 'r'));
    }
    await until('pressure', () => pressures.length === 1);
    expect(pressures[0]).toMatchObject({
      limit: 'maxFileDescriptorRatio',
      isOver: true,
      max: allowed / limit,
    });
    expect(statusOf(await server.open())).toBe(503);
    expect(server.guard.read().refused).toEqual({ file_descriptors: 1 });
  } finally {
    for (const file of files) closeSync(file);
  }
  await until('relief', () => pressures.length === 2);
  expect(statusOf(await server.open())).toBe(200);
});

/** Keeps the loop busy for a part of each tenth of a second. */
function burn(milliseconds: number): () => void {
  const timer = setInterval(() => {
    const until = performance.now() + milliseconds;
    while (performance.now() < until);
  }, 100);
  return () => clearInterval(timer);
}

test('new streams are refused while the loop is busy, and no longer after it was', async () => {
  const pressures: SsePressure[] = [];
  await using server = await startGuarded({
    maxEventLoopUtilization: 0.7,
    refusal: 'status',
    onPressure: (pressure) => pressures.push(pressure),
  });
  expect(statusOf(await server.open())).toBe(200);
  const stop = burn(95);
  try {
    await until('pressure', () => pressures.length === 1);
    expect(statusOf(await server.open())).toBe(503);
  } finally {
    stop();
  }
  await until('relief', () => pressures.length === 2);
  expect(statusOf(await server.open())).toBe(200);
  expect(server.guard.read().refused).toEqual({ event_loop: 1 });
});

test('a loop that was held up is known at the next request, and forgotten after five seconds', async () => {
  await using server = await startGuarded({
    maxEventLoopDelaySeconds: 0.5,
    refusal: 'status',
  });
  expect(statusOf(await server.open())).toBe(200);
  // A delay is from one look at the clock to the next: there must be one.
  const startedAt = performance.now();
  await until('a look', () => performance.now() - startedAt > 200);
  const end = performance.now() + 2000;
  while (performance.now() < end);
  const heldUpAt = performance.now();
  expect(statusOf(await server.open())).toBe(503);
  const [pressure] = server.guard.read().pressures;
  expect(pressure?.limit).toBe('maxEventLoopDelaySeconds');
  expect(pressure?.value).toBeGreaterThan(1.5);
  await until(
    'relief',
    () => server.guard.read().pressures.length,
    (length) => length === 0,
  );
  expect(performance.now() - heldUpAt).toBeGreaterThan(3000);
  expect(statusOf(await server.open())).toBe(200);
});

test('a guard that watches the process keeps none alive', async () => {
  const before = process.getActiveResourcesInfo();
  using guard = createSseGuard({
    maxHeapRatio: 1,
    maxEventLoopDelaySeconds: 9,
  });
  expect(guard.read().pressures).toEqual([]);
  expect(process.getActiveResourcesInfo()).toEqual(before);
});
