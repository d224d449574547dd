import { expect, test } from 'vitest';
import { SHORT } from '../../bench/soak/flags.ts';
import { judgeSoak } from '../../bench/soak/judge.ts';
import { runSoak } from '../../bench/soak/run.ts';

test('thousands of streams opened and closed leave heap, descriptors and series flat', async () => {
  const quiet = { onPlan: () => {}, onRound: () => {} };
  const record = await runSoak(SHORT, quiet);
  expect(judgeSoak(record)).toEqual([]);
  expect(record.end.sample.closed).toBe(SHORT.total);
  expect(record.samples.length).toBeGreaterThan(5);
}, 120_000);
