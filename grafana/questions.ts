/** Queries that several dashboards ask. */
import {
  type CloseReason,
  GUARD_METRICS,
  PROCESS_METRICS,
  SERVER_METRICS,
} from '../src/semconv.ts';
import { WRITTEN_BY_PROMETHEUS } from './foreign-metrics.ts';
import { LABELS, PER_INSTANCE } from './labels.ts';
import type { Target } from './panel-basics.ts';
import {
  aggregate,
  divide,
  type ExactHistogram,
  eachNow,
  estimateQuantile,
  findWorstQuantile,
  isSampled,
  type SampledHistogram,
  sumRate,
} from './queries.ts';
import { match, matchOneOf, selectSeries } from './series.ts';

const S = SERVER_METRICS;
const P = PROCESS_METRICS;
const PER_JOB = [LABELS.job];

/** The guard's limit, where there is none: see prometheus/rules/recording.yaml. */
const LIMIT_WITHOUT_GUARD = 10_000;
/** With fewer streams an instance, one more is half more. */
const FEW_STREAMS = 5;

const ABNORMAL_REASONS: readonly CloseReason[] = [
  'error',
  'timeout',
  'evicted',
];

/** Closes that should not have been; a client that leaves is no error. */
export const ABNORMAL = matchOneOf(LABELS.closeReason, ABNORMAL_REASONS);

/** The same colour for a reason on every dashboard. */
export const CLOSE_REASON_COLORS = {
  completed: 'green',
  client_disconnect: 'blue',
  expired: 'light-blue',
  shutdown: 'purple',
  server_close: 'yellow',
  timeout: 'orange',
  evicted: 'dark-orange',
  error: 'red',
} as const satisfies Record<CloseReason, string>;

/** Abnormal closes, of all closes. */
export function queryAbnormalShare(by: readonly string[] = []): string {
  return divide(
    sumRate(S.closedConnections, { where: [ABNORMAL], by }),
    sumRate(S.closedConnections, { by }),
  );
}

/** Failed requests, of all that wanted a stream. A bad deploy opens none. */
export function queryFailedShare(by: readonly string[] = []): string {
  const failed = sumRate(S.failedConnections, { by });
  const opened = sumRate(S.openedConnections, { by });
  return divide(failed, `(${failed} + ${opened} or ${failed})`);
}

/** Streams of each instance, of its limit. A route has no limit of its own. */
export function queryFillOfInstances(): string {
  const limit = eachNow(GUARD_METRICS.connectionLimit);
  const fallback = `${eachNow(P.uptime)} * 0 + ${LIMIT_WITHOUT_GUARD}`;
  return divide(
    eachNow(S.activeConnections, { isAnyRoute: true }),
    `(${limit} or ${fallback})`,
  );
}

/** Streams of the busiest instance of a job, as a multiple of its fair share. */
export function queryBalance(): string {
  const streams = eachNow(S.activeConnections);
  const most = aggregate('max', streams, PER_JOB);
  const fair = aggregate('avg', streams, PER_JOB);
  return aggregate('max', `${most} / (${fair} > ${FEW_STREAMS})`);
}

/** Heap of each instance, of its limit. */
export function queryHeapRatio(): string {
  return divide(eachNow(P.heapUsed), eachNow(P.heapLimit));
}

/** Time that each event loop was busy. */
export function queryBusyShare(): string {
  return divide(
    sumRate(P.eventLoopTime, {
      where: [match(LABELS.loopState, 'active')],
      by: PER_INSTANCE,
    }),
    sumRate(P.eventLoopTime, { by: PER_INSTANCE }),
  );
}

/** Alerts of ours that fire, of a severity. */
export function readAlerts(severity: string): string {
  return selectSeries(WRITTEN_BY_PROMETHEUS.alerts, {
    where: [match('alertstate', 'firing'), match('severity', severity)],
  });
}

/** Quantiles of a histogram, with `p95` and the like as legends. */
export function plotQuantiles(
  histogram: ExactHistogram | SampledHistogram,
  quantiles: readonly number[] = [0.5, 0.95],
): Target[] {
  return quantiles.map((quantile) => ({
    expression: isSampled(histogram)
      ? findWorstQuantile(quantile, histogram)
      : estimateQuantile(quantile, histogram),
    legend: `p${quantile * 100}`,
  }));
}
