/** Which series of a metric a query takes: names and matchers. */
import { type MetricDefinition, prometheusName } from '../src/semconv.ts';
import {
  type ForeignMetric,
  WRITTEN_BY_PROMETHEUS,
} from './foreign-metrics.ts';
import { LABELS, PER_INSTANCE } from './labels.ts';

/** A metric of ours, or of another program. */
export type Metric = MetricDefinition | ForeignMetric;

/** Part of a metric's series. */
export interface Selection {
  /** Further matchers, of {@link match}, {@link matchNot} and {@link matchOneOf}. */
  readonly where?: readonly string[];
  /** Also what the variable `route` leaves out. */
  readonly isAnyRoute?: boolean;
  /** How long ago, as `1d`. */
  readonly offset?: string;
}

/** Part of a histogram's series. */
export type Suffix = '' | '_bucket' | '_count' | '_sum';

const BY_JOB = matchVariable(LABELS.job, '$job');
const BY_INSTANCE = matchVariable(LABELS.instance, '$instance');
const BY_ROUTE = matchVariable(LABELS.route, '$route');

/** A matcher: the label has the value. */
export function match(label: string, value: string): string {
  return `${label}=${JSON.stringify(value)}`;
}

/** A matcher: the label has another value, or none. */
export function matchNot(label: string, value: string): string {
  return `${label}!=${JSON.stringify(value)}`;
}

/** A matcher: the label has one of the values. */
export function matchOneOf(label: string, values: readonly string[]): string {
  return `${label}=~${JSON.stringify(values.join('|'))}`;
}

/** A matcher: a bucket's edge, written as `1` by one route and `1.0` by another. */
export function matchEdge(edge: number): string {
  const text = String(edge).replace('.', String.raw`\.`);
  const either = text.includes('.') ? text : String.raw`${text}(\.0)?`;
  return `le=~${JSON.stringify(either)}`;
}

/** Name and matchers: `sse_server_writes_total{job=~"$job", …}`. */
export function selectSeries(
  metric: Metric,
  selection: Selection = {},
  suffix: Suffix = '',
): string {
  const matchers = [
    ...matchVariables(metric, selection.isAnyRoute ?? false),
    ...(selection.where ?? []),
  ];
  return `${nameOf(metric)}${suffix}{${matchers.join(', ')}}`;
}

/** How many series each instance has, as a rule counts them. */
export function selectSeriesCount(): string {
  const level = PER_INSTANCE.join('_');
  return `${level}:sse_series:count{${[BY_JOB, BY_INSTANCE].join(', ')}}`;
}

/**
 * What a rule of `prometheus/rules/` records of a metric:
 * `job_instance:sse_process_heap_used_bytes:min5m{job=~"$job", …}`.
 *
 * @param level - the labels that the rule keeps, joined as in its name.
 */
export function selectRecorded(
  level: string,
  metric: MetricDefinition,
  operation: string,
): string {
  const matchers = matchVariables(metric, false).filter((matcher) =>
    level.includes(matcher.slice(0, matcher.indexOf('='))),
  );
  const name = nameOf(metric).replace(/_total$/, '');
  return `${level}:${name}:${operation}{${matchers.join(', ')}}`;
}

/** The name of the metric's series, a histogram's without `_bucket`. */
export function nameOf(metric: Metric): string {
  return 'unit' in metric ? prometheusName(metric) : metric.name;
}

function matchVariables(metric: Metric, isAnyRoute: boolean): string[] {
  if (!('unit' in metric)) return matchForeign(metric);
  // The job of a page is not the server's, and a page has no instance.
  if (isOfClient(metric)) {
    const route = matchVariable(LABELS.urlTemplate, '$route');
    return [
      matchVariable(LABELS.job, '$client'),
      ...(isAnyRoute ? [] : [route]),
    ];
  }
  const hasRoute = metric.name.startsWith('sse.server.') && !metric.global;
  const route = hasRoute && !isAnyRoute ? [BY_ROUTE] : [];
  return [BY_JOB, BY_INSTANCE, ...route];
}

function matchForeign(metric: ForeignMetric): string[] {
  // An alert about a whole job names no instance.
  if (metric === WRITTEN_BY_PROMETHEUS.alerts) {
    return [
      matchVariable(LABELS.job, '$job|'),
      matchVariable(LABELS.instance, '$instance|'),
      matchVariable('alertname', 'Sse.+'),
    ];
  }
  if (metric.name.startsWith('sse_probe_')) {
    return [matchVariable(LABELS.target, '$target')];
  }
  return [matchVariable(LABELS.instance, '$pipeline')];
}

function isOfClient(metric: MetricDefinition): boolean {
  return metric.name.startsWith('sse.client.');
}

function matchVariable(label: string, pattern: string): string {
  return `${label}=~"${pattern}"`;
}
