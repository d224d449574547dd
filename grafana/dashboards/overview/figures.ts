import {
  GUARD_METRICS,
  PROCESS_METRICS,
  SERVER_METRICS,
} from '../../../src/semconv.ts';
import { createStatBand } from '../../layout.ts';
import { plot } from '../../panel-basics.ts';
import { createStat } from '../../panels.ts';
import {
  aggregate,
  defaultToZero,
  estimateQuantile,
  readNow,
  sumIncrease,
  sumNow,
} from '../../queries.ts';
import {
  queryBalance,
  queryFailedShare,
  queryFillOfInstances,
  readAlerts,
} from '../../questions.ts';
import { ABNORMAL_CLOSES, STALLED } from '../../shared-figures.ts';
import { LIMITS } from '../../thresholds.ts';

const S = SERVER_METRICS;

/** What wakes people. */
export const urgent = createStatBand(
  createStat({
    title: 'Alerts firing',
    asks: 'Does anything need a person now?',
    unit: 'short',
    targets: [
      countAlerts('critical'),
      { ...countAlerts('warning'), limits: LIMITS.tickets },
    ],
    limits: LIMITS.one,
  }),
  createStat({
    title: 'Fullest instance',
    asks: 'How near is an instance to its limit of connections (the guard’s, else 10,000)?',
    unit: 'percentunit',
    targets: [plot(aggregate('max', queryFillOfInstances()), 'of its limit')],
    limits: LIMITS.connectionRatio,
    details: 'connections',
  }),
  createStat({ ...ABNORMAL_CLOSES, details: 'connections' }),
  createStat({
    title: 'Failed connections',
    asks: 'Which share of the requests for a stream is answered by an error, or not at all?',
    unit: 'percentunit',
    targets: [plot(queryFailedShare(), 'of requests')],
    limits: LIMITS.abnormalRatio,
    whenEmpty: 'none asked',
    details: 'connections',
  }),
  createStat({
    title: 'Open time p95',
    asks: 'How long do clients wait for the headers of their stream?',
    unit: 's',
    targets: [plot(estimateQuantile(0.95, S.connectionOpenTime), 'p95')],
    limits: LIMITS.openSeconds,
    whenEmpty: 'none opened',
    details: 'connections',
  }),
  createStat({
    title: 'First event p95',
    asks: 'How long do clients wait for their first event?',
    unit: 's',
    targets: [plot(estimateQuantile(0.95, S.timeToFirstEvent), 'p95')],
    limits: LIMITS.firstEventSeconds,
    whenEmpty: 'no first event',
    details: 'delivery',
  }),
);

/** What there is now. */
export const current = createStatBand(
  createStat({
    title: 'Instances',
    asks: 'How many processes report?',
    unit: 'short',
    targets: [
      plot(
        defaultToZero(aggregate('count', readNow(PROCESS_METRICS.uptime))),
        'report',
      ),
    ],
    limits: LIMITS.present,
    details: 'pipeline',
  }),
  createStat({
    title: 'Open streams',
    asks: 'How many streams are open?',
    unit: 'short',
    targets: [plot(sumNow(S.activeConnections), 'open')],
    details: 'connections',
  }),
  createStat({
    title: 'Waiting',
    asks: 'How many open streams have not had an event yet?',
    unit: 'short',
    targets: [plot(sumNow(S.waitingConnections), 'waiting')],
    details: 'connections',
  }),
  createStat({ ...STALLED, details: 'connections' }),
  createStat({
    title: 'Rejected',
    asks: 'How many streams did the guard refuse in the last 5 minutes?',
    unit: 'short',
    decimals: 0,
    targets: [
      plot(
        sumIncrease(GUARD_METRICS.rejectedConnections, '5m', {
          isAnyRoute: true,
        }),
        'in 5 min',
      ),
    ],
    limits: LIMITS.rather,
    whenEmpty: 'no guard',
    details: 'connections',
  }),
  createStat({
    title: 'Balance',
    asks: 'How many times its fair share does the busiest instance carry?',
    unit: 'none',
    decimals: 1,
    targets: [plot(queryBalance(), '× its share')],
    limits: LIMITS.balance,
    whenEmpty: 'none open',
    details: 'connections',
  }),
);

function countAlerts(severity: string) {
  const firing = aggregate('count', readAlerts(severity));
  return plot(defaultToZero(firing), severity);
}
