import { beforeAll, expect, test } from 'vitest';
import { readFull, scaleDown, summarize } from '../../bench/fleet/full.ts';
import {
  type FleetOutcome,
  simulateFleet,
} from '../../bench/fleet/simulate.ts';
import { sumSeries } from '../../src/metrics/count-series.ts';

/** A twentieth of the full form: `npm run fleet`. */
const INSTANCES = 50;
const STREAMS = 300;
/** Of its own, which each instance reads. */
const READ = 3;
/** One evaluation of each group. */
const EVALUATION_SECONDS = 20;

let outcome: FleetOutcome;
beforeAll(async () => {
  outcome = await simulateFleet({
    instances: INSTANCES,
    streams: STREAMS,
    evaluationSeconds: EVALUATION_SECONDS,
  });
}, 180_000);

test('every query answers as the full table says, by instance or not', () => {
  const { answers } = summarize(outcome);
  expect(answers).toEqual(scaleDown(readFull(), INSTANCES).answers);
});

test('series grow with instances, those of rules less', () => {
  const full = readFull();
  expect(outcome.series).toBe(scaleDown(full, INSTANCES).series);
  const perInstance =
    (full.recorded - outcome.recorded) / (full.instances - INSTANCES);
  // 18 by instance, and 7 quantiles of each of its 3 routes.
  expect(perInstance).toBeCloseTo(18 + 7 * 3, 0);
});

test('servers have the series that the formula says', () => {
  const one = sumSeries({
    hasFinalEvents: true,
    hasClientAddresses: true,
    rejectionReasons: ['connections', 'heap', 'event_loop', 'file_descriptors'],
  });
  expect(outcome.serverSeries).toBe(INSTANCES * (one - 1));
});

test('a rule adds up the streams of all instances', () => {
  expect(outcome.activeStreams).toBe(INSTANCES * (STREAMS + READ));
  // However often the same exports are played: opened - closed = active.
  expect(outcome.unaccountedStreams).toBe(0);
});

test('every group of rules was evaluated', () => {
  expect(outcome.groups.length).toBeGreaterThan(30);
  for (const { name, tookSeconds } of outcome.groups) {
    if (name !== 'sse-series') expect(tookSeconds, name).toBeGreaterThan(0);
  }
});
