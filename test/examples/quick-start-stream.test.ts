import { expect, test } from 'vitest';
import { chooseDelay } from '../../examples/quick-start/page/stream.js';

test('the page waits at random, up to twice as long each time, and 30 s at most', () => {
  const limits = [1000, 2000, 4000, 8000, 16_000, 30_000, 30_000];
  for (const [failures, limit] of limits.entries()) {
    const delays = Array.from({ length: 1000 }, () => chooseDelay(failures));
    const longest = Math.max(...delays);
    expect(longest).toBeLessThan(limit);
    // Full jitter: all of it is used.
    expect(longest).toBeGreaterThan(limit * 0.9);
    expect(Math.min(...delays)).toBeLessThan(limit * 0.1);
  }
  expect(chooseDelay(1000)).toBeLessThan(30_000);
});
