import { expect, test } from 'vitest';
import { SSE_GUARD_PRESETS, type SseGuardOptions } from '../../src/guard.ts';
import { sseViews } from '../../src/index.ts';
import { attachDescribed } from '../../src/metrics/client-meter.ts';
import { createClientStore } from '../../src/metrics/client-store.ts';
import { countSeries, sumSeries } from '../../src/metrics/count-series.ts';
import {
  CLIENT_ACTIVE,
  CLIENT_HISTOGRAMS,
  type ClientHistogramName,
  type RejectionReason,
} from '../../src/semconv.ts';
import {
  metricOf,
  nameOfSeries,
  startPrometheus,
} from '../support/prometheus.ts';
import {
  type InstanceShape,
  startShapedInstance,
} from '../support/shaped-instance.ts';

const PRODUCTION: readonly RejectionReason[] = [
  'connections',
  'heap',
  'event_loop',
  'file_descriptors',
];

/** Series by metric, of lines that an endpoint printed. */
function countLines(lines: readonly string[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const line of lines) {
    const metric = metricOf(nameOfSeries(line));
    counts[metric] = (counts[metric] ?? 0) + 1;
  }
  return counts;
}

function byMetric(...args: Parameters<typeof countSeries>) {
  return Object.fromEntries(
    countSeries(...args).map(({ metric, series }) => [metric, series]),
  );
}

const SHAPES: [
  InstanceShape,
  SseGuardOptions?,
  (readonly RejectionReason[])?,
][] = [
  [{}],
  [{ routes: 1, types: 1 }],
  [{ routes: 1, methods: 2, versions: 2, types: 2 }],
  [{ routes: 2, hasFinalEvents: true }],
  [{ routes: 2, hasClientAddresses: true }],
  [{ routes: 2 }, SSE_GUARD_PRESETS.production, PRODUCTION],
  [{ routes: 2 }, { maxConnectionsPerClient: 9 }, ['client_connections']],
  [{ routes: 2, errorTypes: 2, statuses: 3, versions: 2 }],
  [{ routes: 2, attributeSets: 3 }],
  [
    {
      routes: 20,
      methods: 2,
      hasFinalEvents: true,
      hasClientAddresses: true,
    },
    SSE_GUARD_PRESETS.production,
    PRODUCTION,
  ],
];

test.each(SHAPES)(
  'an instance has the series that the formula says: %j, guard %j',
  async (shape, guard, rejectionReasons = []) => {
    await using instance = await startShapedInstance(shape, guard);
    const { lines } = instance;
    expect(countLines(lines)).toEqual(byMetric({ ...shape, rejectionReasons }));
    expect(lines.length).toBe(sumSeries({ ...shape, rejectionReasons }));
  },
);

test.each<InstanceShape>([
  { routes: 4, maxRoutes: 2 },
  { routes: 1, types: 7, maxEventTypes: 5 },
])('what an option leaves out is in _OTHER: %j', async (shape) => {
  await using instance = await startShapedInstance(shape);
  expect(countLines(instance.lines)).toEqual(byMetric(shape));
});

// Who comes first has the room that there is: the rest depends on the order.
test.each<InstanceShape>([
  { routes: 160, maxRoutes: 200, types: 12, statuses: 1 },
  { routes: 80, versions: 2, types: 1, errorTypes: 3, statuses: 1 },
])('no metric passes the formula beyond the limits: %j', async (shape) => {
  await using instance = await startShapedInstance(shape);
  const counted = countLines(instance.lines);
  const formula = byMetric(shape);
  expect(Object.keys(counted).toSorted()).toEqual(
    Object.keys(formula).toSorted(),
  );
  for (const [metric, series] of Object.entries(formula)) {
    expect(counted[metric], metric).toBeLessThanOrEqual(series);
    expect(counted[metric], metric).toBeGreaterThan(series * 0.9);
  }
});

test('a client of 2 streams and 3 event types has the series that the formula says', async () => {
  await using endpoint = await startPrometheus(sseViews());
  const store = createClientStore(undefined, () => {});
  attachDescribed(
    store,
    endpoint.provider.getMeter('opentelemetry-instrumentation-sse'),
  );
  for (const template of ['/a', '/b']) {
    const series = store.seriesOf('shop.example', template, 'fetch');
    series.add(CLIENT_ACTIVE);
    for (const type of ['message', 'tick', 'tock']) series.addEvent(type);
    for (const name of Object.keys(CLIENT_HISTOGRAMS)) {
      series.record(name as ClientHistogramName, 1);
    }
  }
  const shape = { clientTargets: 2, types: 3 };
  const expected = countSeries(shape).filter(({ part }) => part === 'client');
  const ours = (await endpoint.scrape()).filter((line) =>
    line.startsWith('sse_client_'),
  );
  expect(countLines(ours)).toEqual(
    Object.fromEntries(expected.map(({ metric, series }) => [metric, series])),
  );
});
