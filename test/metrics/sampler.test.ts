import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { Sampler } from '../../src/metrics/sampler.ts';

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['performance'], now: 0 });
  vi.advanceTimersByTime(10_000);
});
afterEach(() => {
  vi.useRealTimers();
});

/** Gives values to a sampler as its users do. @returns which were recorded. */
function feed(sampler: Sampler, values: number, spreadMs = 0): number[] {
  const recorded: number[] = [];
  for (let value = 0; value < values; value++) {
    vi.advanceTimersByTime(spreadMs / values);
    if (--sampler.countdown > 0) continue;
    sampler.rearm();
    recorded.push(value);
  }
  return recorded;
}

/** One second: all values at its start, or spread over it. */
function feedSecond(sampler: Sampler, values: number, isSpread: boolean) {
  const recorded = feed(sampler, values, isSpread ? 1000 : 0);
  if (!isSpread) vi.advanceTimersByTime(1000);
  sampler.startSecond();
  return recorded;
}

/** How often each of so many connections was sampled. */
function countByConnection(recorded: readonly number[], connections: number) {
  const counts = new Array<number>(connections).fill(0);
  for (const value of recorded) {
    counts[value % connections] = (counts[value % connections] ?? 0) + 1;
  }
  return counts;
}

test.for([1, 10, 512, 900, 1000])(
  'all of %i values spread over a second are recorded',
  (values) => {
    const sampler = new Sampler(1000);
    for (let second = 0; second < 10; second++) {
      expect(feedSecond(sampler, values, true)).toHaveLength(values);
    }
  },
);

test.for([1, 500, 600, 900, 1000])(
  'all of %i values in one burst are recorded once that is known to be a second',
  (values) => {
    const sampler = new Sampler(1000);
    feedSecond(sampler, values, false);
    for (let second = 0; second < 10; second++) {
      expect(feedSecond(sampler, values, false)).toHaveLength(values);
    }
  },
);

test.for([
  [1, 100],
  [50, 1000],
  [1000, 1001],
  [1000, 5000],
  [1000, 60_000],
])(
  'at most %i of %i values a second are recorded',
  ([limit = 0, values = 0]) => {
    for (const isSpread of [true, false]) {
      const sampler = new Sampler(limit);
      const seconds = Array.from(
        { length: 20 },
        () => feedSecond(sampler, values, isSpread).length,
      );
      expect(Math.max(...seconds)).toBeLessThanOrEqual(limit);
      expect(Math.max(...seconds)).toBeGreaterThan(0);
    }
  },
);

test('most of the limit is used', () => {
  const sampler = new Sampler(1000);
  const seconds = Array.from({ length: 30 }, () =>
    feedSecond(sampler, 50_000, true),
  );
  for (const recorded of seconds.slice(1)) {
    expect(recorded.length).toBeGreaterThan(600);
  }
});

test('a limit of 0 records nothing', () => {
  const sampler = new Sampler(0);
  for (let second = 0; second < 5; second++) {
    expect(feedSecond(sampler, 10_000, true)).toEqual([]);
  }
});

test('each connection of a broadcast is sampled, as often as every other', () => {
  const connections = 100;
  const rounds = 90;
  // One in 100 is recorded: a step of 100 would meet one connection for ever.
  const sampler = new Sampler(100);
  const counts = new Array<number>(connections).fill(0);
  for (let second = 0; second < 200; second++) {
    const recorded = feedSecond(sampler, connections * rounds, false);
    countByConnection(recorded, connections).forEach((count, connection) => {
      counts[connection] = (counts[connection] ?? 0) + count;
    });
  }
  expect(Math.min(...counts)).toBeGreaterThan(90);
  expect(Math.max(...counts)).toBeLessThan(300);
});

test('the last connections of a large broadcast are sampled as often as the first', () => {
  const connections = 10_000;
  const sampler = new Sampler(1000);
  let early = 0;
  let late = 0;
  for (let second = 0; second < 60; second++) {
    const recorded = feedSecond(sampler, connections, false);
    if (second === 0) continue;
    early += recorded.filter((value) => value < connections / 4).length;
    late += recorded.filter((value) => value >= (connections * 3) / 4).length;
  }
  expect(late / early).toBeGreaterThan(0.9);
  expect(late / early).toBeLessThan(1.1);
});

test('a burst that nobody expected is sampled to its end', () => {
  const sampler = new Sampler(1000);
  feedSecond(sampler, 10, true);
  const recorded = feedSecond(sampler, 20_000, false);
  expect(recorded.filter((value) => value >= 15_000).length).toBeGreaterThan(5);
  expect(recorded.length).toBeLessThanOrEqual(1000);
});

test('a minute after the busiest second every value is recorded again', () => {
  const sampler = new Sampler(100);
  feedSecond(sampler, 10_000, true);
  expect(feedSecond(sampler, 50, true).length).toBeLessThan(25);
  for (let second = 0; second < 59; second++) feedSecond(sampler, 50, true);
  expect(feedSecond(sampler, 50, true)).toHaveLength(50);
});

test('values that come several at a time are counted each', () => {
  const sampler = new Sampler(1000);
  let recorded = 0;
  for (let second = 0; second < 3; second++) {
    for (let write = 0; write < 100; write++) {
      vi.advanceTimersByTime(10);
      sampler.countdown -= 7;
      while (sampler.countdown <= 0) {
        sampler.rearm();
        recorded++;
      }
    }
    sampler.startSecond();
  }
  expect(recorded).toBe(3 * 100 * 7);
});

test('one write with more values than the limit records no more than the limit', () => {
  const sampler = new Sampler(1000);
  for (let second = 0; second < 5; second++) {
    let recorded = 0;
    sampler.countdown -= 50_000;
    while (sampler.countdown <= 0) {
      sampler.rearm();
      recorded++;
    }
    expect(recorded).toBeGreaterThan(0);
    expect(recorded).toBeLessThanOrEqual(1000);
    vi.advanceTimersByTime(1000);
    sampler.startSecond();
  }
});
