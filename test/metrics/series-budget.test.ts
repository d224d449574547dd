import { expect, test } from 'vitest';
import { SSE_GUARD_PRESETS } from '../../src/guard.ts';
import { sseViews } from '../../src/index.ts';
import { sumSeries } from '../../src/metrics/count-series.ts';
import {
  GUARD_METRICS,
  type MetricDefinition,
  PROCESS_METRICS,
  prometheusName,
  SERVER_METRICS,
} from '../../src/semconv.ts';
import { nameOfSeries, startPrometheus } from '../support/prometheus.ts';
import { startShapedInstance } from '../support/shaped-instance.ts';

/** Everything that may be on is on. */
const FULL = { hasFinalEvents: true, hasClientAddresses: true };

async function scrapeInstance(routes: number): Promise<readonly string[]> {
  const shape = { ...FULL, routes };
  await using instance = await startShapedInstance(
    shape,
    SSE_GUARD_PRESETS.production,
  );
  return instance.lines;
}

function sumOfFormula(routes: number): number {
  return sumSeries({
    ...FULL,
    routes,
    rejectionReasons: ['connections', 'heap', 'event_loop', 'file_descriptors'],
  });
}

test('an instance with 3 routes and 4 event types has at most 480 series', async () => {
  const lines = await scrapeInstance(3);
  expect(new Set(lines.map((line) => line.replace(/ \S+$/, ''))).size).toBe(
    lines.length,
  );
  expect(lines.length, `${lines.length} series`).toBeLessThanOrEqual(480);
  // All of them: a budget is kept easily by leaving metrics out.
  expect(lines.length).toBe(sumOfFormula(3));
  expect(lines.length, `${lines.length} series`).toBeGreaterThan(440);
});

test('an instance with 20 routes has at most 3,700 series', async () => {
  const lines = await scrapeInstance(20);
  expect(lines.length, `${lines.length} series`).toBeLessThanOrEqual(3700);
  expect(lines.length).toBe(sumOfFormula(20));
  expect(lines.length, `${lines.length} series`).toBeGreaterThan(2800);
});

test('a scrape with the views names every metric as the collector does', async () => {
  const definitions: MetricDefinition[] = [
    ...Object.values(SERVER_METRICS),
    ...Object.values(GUARD_METRICS),
    ...Object.values(PROCESS_METRICS),
  ];
  const expected = definitions.flatMap((definition) => {
    const name = prometheusName(definition);
    return definition.kind === 'histogram'
      ? [`${name}_bucket`, `${name}_count`, `${name}_sum`]
      : [name];
  });
  const printed = new Set((await scrapeInstance(1)).map(nameOfSeries));
  printed.delete('target_info');
  expect([...printed].toSorted()).toEqual(expected.toSorted());
});

test('the views rename what has a unit, keep buckets, and touch nobody else', async () => {
  await using endpoint = await startPrometheus(sseViews());
  const foreign = endpoint.provider.getMeter('somebody-else');
  const { connectionDuration } = SERVER_METRICS;
  foreign.createHistogram(connectionDuration.name, { unit: 's' }).record(1);
  expect((await endpoint.scrape()).map(nameOfSeries)).toContain(
    'sse_server_connection_duration_bucket',
  );
  for (const { meterName, instrumentName, name } of sseViews()) {
    if (name === undefined) continue;
    expect(meterName).toBe('opentelemetry-instrumentation-sse');
    expect([`${instrumentName}.seconds`, `${instrumentName}.bytes`]).toContain(
      name,
    );
  }
  const lines = await scrapeInstance(1);
  const edges = lines
    .filter((line) =>
      line.startsWith(`${prometheusName(connectionDuration)}_bucket`),
    )
    .map((line) => /le="([^"]+)"/.exec(line)?.[1]);
  expect(edges).toEqual([...connectionDuration.boundaries.map(String), '+Inf']);
});
