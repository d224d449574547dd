import { expect, test } from 'vitest';
import { FOREIGN_METRICS } from '../../grafana/foreign-metrics.ts';
import { prometheusName } from '../../src/semconv.ts';
import { EMITTED } from './support/metrics.ts';
import { findSelectors } from './support/promql.ts';
import { DASHBOARDS, PANELS } from './support/rendered.ts';

/** Metrics on no dashboard, and why. */
const NOT_SHOWN: Readonly<Record<string, string>> = {};

const SHOWN: ReadonlySet<string> = new Set(
  PANELS.flatMap(({ queries }) =>
    queries.flatMap(({ expr }) => findSelectors(expr).map(({ name }) => name)),
  )
    // What a rule records of a metric, level:metric:operation, shows it too.
    .map((name) => name.split(':')[1] ?? name)
    .flatMap((name) => [name, name.replace(/_(bucket|count|sum)$/, '')]),
);

test('every metric of ours is on a dashboard, or listed with a reason', () => {
  const missing = EMITTED.filter(
    (metric) => !SHOWN.has(prometheusName(metric)),
  );
  expect(missing.map(({ name }) => name)).toEqual(Object.keys(NOT_SHOWN));
});

test('every foreign metric that is listed is on a dashboard, or chosen from', () => {
  const chosen = DASHBOARDS.flatMap(({ templating }) =>
    (templating.list ?? []).map(({ definition = '' }) => definition),
  ).join(' ');
  const unused = FOREIGN_METRICS.filter(
    ({ name }) => !SHOWN.has(name) && !chosen.includes(name),
  );
  expect(unused.map(({ name }) => name)).toEqual([]);
});
