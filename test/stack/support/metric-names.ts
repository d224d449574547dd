import { readdirSync, readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { FOREIGN_METRICS } from '../../../grafana/foreign-metrics.ts';
import {
  CLIENT_METRICS,
  GUARD_METRICS,
  type MetricDefinition,
  PROCESS_METRICS,
  prometheusName,
  SERVER_METRICS,
} from '../../../src/semconv.ts';
import { pathOf } from './files.ts';

/** What rules ask beside `grafana/foreign-metrics.ts`, and the reason. */
const OTHERS: readonly string[] = [
  // Of OpenTelemetry's HTTP instrumentation: rules/http-latency.yaml. The name
  // without the unit is that of the JavaScript exporter.
  ...['http_server_request_duration_seconds', 'http_server_request_duration'],
].flatMap(listHistogram);

/** A rule of a file in `prometheus/rules/`. */
export interface Rule {
  readonly file: string;
  /** The name of what it records, or of the alert. */
  readonly name: string;
  readonly expr: string;
  readonly isAlert: boolean;
  /** Of its group, in minutes, when it is not that of all. */
  readonly everyMinutes: number | undefined;
}

/** All rules. */
export function readRules(): Rule[] {
  return readdirSync(pathOf('prometheus/rules')).flatMap((file) => {
    const text = readFileSync(pathOf(`prometheus/rules/${file}`), 'utf8');
    const { groups } = parse(text) as {
      groups: {
        interval?: string;
        rules: { record?: string; alert?: string; expr: string }[];
      }[];
    };
    return groups.flatMap(({ interval, rules }) =>
      rules.map(({ record, alert, expr }) => ({
        file,
        name: record ?? alert ?? '',
        expr: String(expr),
        isAlert: alert !== undefined,
        everyMinutes:
          interval === undefined ? interval : parseInt(interval, 10),
      })),
    );
  });
}

/** The series of a metric of ours; a histogram has three. */
export function listSeries(metric: MetricDefinition): string[] {
  const name = prometheusName(metric);
  return metric.kind === 'histogram' ? listHistogram(name) : [name];
}

/** The metrics of src/semconv.ts that every server has. */
export function listMetrics(): MetricDefinition[] {
  return [SERVER_METRICS, GUARD_METRICS, PROCESS_METRICS].flatMap(
    (group): MetricDefinition[] => Object.values(group),
  );
}

/** Those that clients have. */
export function listClientMetrics(): MetricDefinition[] {
  return Object.values(CLIENT_METRICS);
}

/** As {@link listSeries}, from an exporter that adds no unit: rules/compat.yaml. */
export function listBareSeries(metric: MetricDefinition): string[] {
  return listSeries({ ...metric, unit: '' });
}

/** Every name that a query may select. */
export function listKnownNames(): Set<string> {
  const foreign = FOREIGN_METRICS.flatMap(({ name, kind }) =>
    kind === 'histogram' ? listHistogram(name) : [name],
  );
  return new Set([
    ...[...listMetrics(), ...listClientMetrics()].flatMap(listSeries),
    ...readRules().flatMap(({ name, isAlert }) => (isAlert ? [] : [name])),
    ...foreign,
    ...OTHERS,
  ]);
}

/**
 * Whether each alternative of a name, or of a regular expression of names, is
 * among those known.
 */
export function isKnown(name: string, known: ReadonlySet<string>): boolean {
  if (known.has(name)) return true;
  const all = [...known];
  // A bar inside of parentheses separates no names.
  return name.split(/\|(?![^(]*\))/).every((alternative) => {
    const pattern = new RegExp(`^(?:${alternative})$`);
    return all.some((one) => pattern.test(one));
  });
}

function listHistogram(name: string): string[] {
  return ['bucket', 'count', 'sum'].map((suffix) => `${name}_${suffix}`);
}
