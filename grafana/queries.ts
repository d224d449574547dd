/**
 * PromQL from metrics. What may be added up, and how, is known from the
 * metric's `across`: what would be wrong does not compile.
 */
import type { MetricDefinition } from '../src/semconv.ts';
import type { ForeignMetric } from './foreign-metrics.ts';
import { LABELS, PER_INSTANCE } from './labels.ts';
import {
  type Metric,
  matchEdge,
  type Selection,
  type Suffix,
  selectRecorded,
  selectSeries,
} from './series.ts';

/** A selection, and the labels that the result keeps. */
export interface Grouping extends Selection {
  readonly by?: readonly string[];
}

type Counter =
  | (MetricDefinition & { kind: 'observableCounter'; across: 'sum' })
  | (ForeignMetric & { kind: 'counter' });

type SummedGauge =
  | (MetricDefinition & {
      kind: 'observableUpDownCounter' | 'observableGauge';
      across: 'sum';
    })
  | (ForeignMetric & { kind: 'gauge' });

type Gauge =
  | (MetricDefinition & { kind: 'observableUpDownCounter' | 'observableGauge' })
  | (ForeignMetric & { kind: 'gauge' });

/** A histogram of some values: those of instances cannot be added up. */
export type SampledHistogram = MetricDefinition & {
  kind: 'histogram';
  across: 'max of quantiles';
};

/** Whether it is one, so that no quantile of all instances is asked of it. */
export function isSampled(
  histogram: ExactHistogram | SampledHistogram,
): histogram is SampledHistogram {
  return 'across' in histogram && histogram.across === 'max of quantiles';
}

/** A histogram of every value. */
export type ExactHistogram =
  | (MetricDefinition & { kind: 'histogram'; across: 'sum' })
  | (ForeignMetric & { kind: 'histogram' });

// Grafana's, from the panel's resolution and the data source's interval.
const RATE_RANGE = '$__rate_interval';

/** Now, over all instances: an instance that is gone counts for 3 minutes. */
export function sumNow(metric: SummedGauge, grouping: Grouping = {}): string {
  return aggregate('sum', readNow(metric, grouping), grouping.by);
}

/** Now, of the instance where it is largest. */
export function maxNow(metric: Gauge, grouping: Grouping = {}): string {
  return aggregate('max', readNow(metric, grouping), grouping.by);
}

/** Now, of each instance; `across` does not matter. */
export function eachNow(metric: Gauge, selection: Selection = {}): string {
  return aggregate('sum', readNow(metric, selection), PER_INSTANCE);
}

/** By how much a second it grows. */
export function sumRate(metric: Counter, grouping: Grouping = {}): string {
  return rate(metric, grouping);
}

/** By how much it grew in the range. */
export function sumIncrease(
  metric: Counter,
  range: string,
  grouping: Grouping = {},
): string {
  const read = readRange(metric, range, grouping);
  return aggregate('sum', `increase(${read})`, grouping.by);
}

/** How many values a second a histogram got. */
export function countRate(
  histogram: ExactHistogram,
  grouping: Grouping = {},
): string {
  return rate(histogram, grouping, '_count');
}

/** What the values of a histogram add up to, a second. */
export function totalRate(
  histogram: ExactHistogram,
  grouping: Grouping = {},
): string {
  return rate(histogram, grouping, '_sum');
}

/** Values of a histogram in each bucket. */
export function countBuckets(histogram: ExactHistogram): string {
  const read = readRange(histogram, RATE_RANGE, {}, '_bucket');
  return aggregate('sum', `increase(${read})`, ['le']);
}

/** A quantile of all values. */
export function estimateQuantile(
  quantile: number,
  histogram: ExactHistogram,
  grouping: Grouping = {},
): string {
  const by = [...(grouping.by ?? []), 'le'];
  const buckets = rate(histogram, { ...grouping, by }, '_bucket');
  // Of no values it is NaN, which no figure should show.
  return `histogram_quantile(${quantile}, ${buckets}) >= 0`;
}

/**
 * A quantile of a sampled histogram, which cannot be merged: the merged quantile would
 * follow the sampling, so it is that of the instance and route where it is largest. By
 * a recording rule: 1,000 instances have too many buckets to be asked for each graph.
 */
export function findWorstQuantile(
  quantile: number,
  histogram: SampledHistogram,
): string {
  return aggregate(
    'max',
    selectRecorded(
      [...PER_INSTANCE, LABELS.route].join('_'),
      histogram,
      `p${quantile * 100}_5m`,
    ),
  );
}

/**
 * Share of a histogram's values above an edge.
 *
 * @throws Error when the histogram has no such boundary.
 */
export function shareAbove(
  edge: number,
  histogram: MetricDefinition & ExactHistogram,
  grouping: Grouping = {},
): string {
  if (!histogram.boundaries?.includes(edge)) {
    throw new Error(`${histogram.name} has no boundary ${edge}`);
  }
  const where = [...(grouping.where ?? []), matchEdge(edge)];
  const below = rate(histogram, { ...grouping, where }, '_bucket');
  return `1 - ${divide(below, countRate(histogram, grouping))}`;
}

/** One by the other; nothing where the other is 0. */
export function divide(numerator: string, denominator: string): string {
  return `${numerator} / (${denominator} > 0)`;
}

/** A sum, maximum or other aggregation of an expression. */
export function aggregate(
  operation: 'sum' | 'max' | 'min' | 'avg' | 'count',
  expression: string,
  by: readonly string[] = [],
): string {
  const levels = by.length > 0 ? ` by (${by.join(', ')}) ` : '';
  return `${operation}${levels}(${expression})`;
}

/** The expression, or 0 when it has no series. */
export function defaultToZero(expression: string): string {
  return `${expression} or vector(0)`;
}

/** Last values: export intervals up to 60 s, and not what is long gone. */
export function readNow(metric: Metric, selection: Selection = {}): string {
  return `last_over_time(${readRange(metric, '3m', selection)})`;
}

function rate(metric: Metric, grouping: Grouping, suffix: Suffix = ''): string {
  const read = readRange(metric, RATE_RANGE, grouping, suffix);
  return aggregate('sum', `rate(${read})`, grouping.by);
}

function readRange(
  metric: Metric,
  range: string,
  selection: Selection,
  suffix: Suffix = '',
): string {
  const { offset } = selection;
  const series = `${selectSeries(metric, selection, suffix)}[${range}]`;
  return offset === undefined ? series : `${series} offset ${offset}`;
}
