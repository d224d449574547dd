import { readRules } from '../../test/stack/support/metric-names.ts';
import {
  findMetricNames,
  readRange,
  type TimedSeries,
} from '../../test/stack/support/prometheus-api.ts';
import { INTERVAL_MS, type Progress, post } from './sender.ts';

/** Data points of one request. */
const POINTS = 20_000;

/** A recording rule, with what it reads of others. */
export interface RecordingRule {
  readonly name: string;
  readonly expr: string;
  readonly reads: readonly string[];
  readonly everySeconds: number;
}

/** Recording rules, each after those that it reads. Several may record one name. */
export async function sortRecordingRules(
  url: string,
): Promise<RecordingRule[]> {
  const recording = readRules().filter(
    // What a bare exporter's names become: the fleet has none of them.
    ({ isAlert, file }) => !isAlert && file !== 'compat.yaml',
  );
  const names = new Set(recording.map(({ name }) => name));
  const rules: RecordingRule[] = [];
  for (const { name, expr, everyMinutes } of recording) {
    const read = await findMetricNames(url, expr);
    const reads = read.filter((one) => names.has(one));
    const everySeconds =
      everyMinutes === undefined ? INTERVAL_MS / 1000 : everyMinutes * 60;
    rules.push({ name, expr, reads, everySeconds });
  }
  const sorted: RecordingRule[] = [];
  const isLeft = (name: string) =>
    rules.some((rule) => rule.name === name && !sorted.includes(rule));
  while (sorted.length < rules.length) {
    const next = rules.filter(
      (rule) =>
        !sorted.includes(rule) &&
        !rule.reads.some((name) => name !== rule.name && isLeft(name)),
    );
    if (next.length === 0) throw new Error('recording rules read each other');
    sorted.push(...next);
  }
  return sorted;
}

/**
 * Records of the past what rules would have recorded then.
 *
 * @param rules - in their order.
 * @param from - in milliseconds since the epoch.
 * @param until - the same.
 */
export async function recordPast(
  url: string,
  rules: readonly RecordingRule[],
  from: number,
  until: number,
  say: Progress,
): Promise<void> {
  for (const [index, rule] of rules.entries()) {
    const { name, expr, everySeconds } = rule;
    const series = await readRange(url, expr, {
      start: from / 1000,
      end: until / 1000,
      step: everySeconds,
    });
    await writeSeries(url, name, series);
    say((index + 1) / rules.length);
  }
}

/** By OTLP, whose names are kept as they are when they have no unit. */
async function writeSeries(
  url: string,
  name: string,
  series: readonly TimedSeries[],
): Promise<void> {
  const points = series.flatMap(({ labels, values }) => {
    const attributes = Object.entries(labels)
      .filter(([key]) => key !== '__name__')
      .map(([key, value]) => ({ key, value: { stringValue: value } }));
    return values.map(([seconds, value]) => ({
      attributes,
      timeUnixNano: `${Math.round(seconds * 1000)}000000`,
      asDouble: value,
    }));
  });
  for (let first = 0; first < points.length; first += POINTS) {
    const dataPoints = points.slice(first, first + POINTS);
    const metrics = [{ name, gauge: { dataPoints } }];
    const body = { resourceMetrics: [{ scopeMetrics: [{ metrics }] }] };
    await post(url, JSON.stringify(body), 'application/json');
  }
}
