import { GUARD_METRICS, SERVER_METRICS } from '../../../src/semconv.ts';
import { LABELS, PER_INSTANCE, showLabels } from '../../labels.ts';
import { createGraphBand } from '../../layout.ts';
import { plot, plotEach, plotInstances } from '../../panel-basics.ts';
import { createGraph } from '../../panels.ts';
import { aggregate, eachNow, readNow, sumRate } from '../../queries.ts';
import { CLOSE_REASON_COLORS } from '../../questions.ts';
import { match, matchOneOf } from '../../series.ts';
import { LIMITS } from '../../thresholds.ts';

const S = SERVER_METRICS;
const ENDED = ['evicted', 'expired', 'timeout'];
const SHUTDOWN = [match(LABELS.closeReason, 'shutdown')];

/** What the guard ends. */
export const endings = [
  createGraphBand(
    createGraph({
      title: 'Evictions, time-outs and expiries',
      asks: 'Which streams does the guard end: slow consumers, silent ones, or those whose time was up?',
      unit: 'cps',
      colors: CLOSE_REASON_COLORS,
      targets: [
        plotEach(
          (by) =>
            sumRate(S.closedConnections, {
              where: [matchOneOf(LABELS.closeReason, ENDED)],
              by,
            }),
          LABELS.closeReason,
        ),
      ],
    }),
    createGraph({
      title: 'Evictions by route',
      asks: 'Which routes send more than their clients can read?',
      unit: 'cps',
      isStacked: true,
      targets: [
        plotEach(
          (by) =>
            sumRate(S.closedConnections, {
              where: [match(LABELS.closeReason, 'evicted')],
              by,
            }),
          LABELS.route,
        ),
      ],
    }),
    createGraph({
      title: 'Longest queue by instance',
      asks: 'Does a client come near `maxQueueBytes`?',
      unit: 'bytes',
      targets: [
        plot(
          aggregate('max', readNow(S.connectionQueueMax), PER_INSTANCE),
          showLabels(LABELS.instance),
        ),
      ],
      limits: LIMITS.queueBytes,
    }),
  ),
  createGraphBand(
    createGraph({
      title: 'Drain: streams left',
      asks: 'How far is the drain of each instance, and who takes its streams?',
      unit: 'short',
      targets: [
        plot(
          eachNow(S.activeConnections, { isAnyRoute: true }),
          showLabels(LABELS.instance),
        ),
      ],
      width: 12,
    }),
    createGraph({
      title: 'Drain: closes and reconnects',
      asks: 'Do the clients of a drained instance return as evenly as they were sent away?',
      unit: 'cps',
      targets: [
        plotInstances((by) =>
          sumRate(S.closedConnections, {
            where: SHUTDOWN,
            by,
            isAnyRoute: true,
          }),
        ),
        plot(sumRate(S.openedConnections, { isAnyRoute: true }), 'opened'),
        plot(
          sumRate(GUARD_METRICS.rejectedConnections, {
            where: [match(LABELS.rejectionReason, 'draining')],
            isAnyRoute: true,
          }),
          'came back to where it drains',
        ),
      ],
      width: 12,
    }),
  ),
];
