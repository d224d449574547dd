import { FOREIGN_METRICS } from '../../../grafana/foreign-metrics.ts';
import {
  CLIENT_METRICS,
  GUARD_METRICS,
  type MetricDefinition,
  PROCESS_METRICS,
  prometheusName,
  SERVER_METRICS,
} from '../../../src/semconv.ts';

/** What a series is of. */
export interface Known {
  readonly isCounter: boolean;
  readonly across?: MetricDefinition['across'];
  /** Whether it is of a page or another client. */
  readonly isOfClient: boolean;
  readonly isForeign: boolean;
}

/** Metrics of ours that something emits. */
export const EMITTED: readonly MetricDefinition[] = [
  ...Object.values(SERVER_METRICS),
  ...Object.values(GUARD_METRICS),
  ...Object.values(PROCESS_METRICS),
  ...Object.values(CLIENT_METRICS),
];

/** Every series that a dashboard may read, but for recorded ones. */
export const SERIES: ReadonlyMap<string, Known> = new Map([
  ...EMITTED.flatMap((metric) => {
    const known = {
      isCounter: metric.kind === 'observableCounter',
      across: metric.across,
      isOfClient: metric.name.startsWith('sse.client.'),
      isForeign: false,
    };
    return listSeries(prometheusName(metric), metric.kind, known);
  }),
  ...FOREIGN_METRICS.flatMap(({ name, kind }) =>
    listSeries(name, kind, {
      isCounter: kind === 'counter',
      isOfClient: false,
      isForeign: true,
    }),
  ),
]);

function listSeries(
  name: string,
  kind: string,
  known: Known,
): (readonly [string, Known])[] {
  if (kind !== 'histogram') return [[name, known]];
  return ['_bucket', '_count', '_sum'].map((suffix) => [
    name + suffix,
    { ...known, isCounter: true },
  ]);
}
