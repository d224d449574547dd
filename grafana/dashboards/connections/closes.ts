import { SERVER_METRICS } from '../../../src/semconv.ts';
import { LABELS, showLabels } from '../../labels.ts';
import { createGraphBand } from '../../layout.ts';
import { plot, plotEach } from '../../panel-basics.ts';
import { createGraph } from '../../panels.ts';
import { aggregate, divide, sumIncrease, sumRate } from '../../queries.ts';
import { CLOSE_REASON_COLORS } from '../../questions.ts';
import { match, matchNot, matchOneOf, selectRecorded } from '../../series.ts';
import { LIMITS } from '../../thresholds.ts';

const S = SERVER_METRICS;
const RESUMED = [match(LABELS.resumed, 'true')];

const BY_GUARD = ['expired', 'evicted'];

const OPENED_5M = selectRecorded(
  `${LABELS.job}_${LABELS.route}`,
  S.openedConnections,
  'increase5m',
);

/** Streams that end and streams that begin. */
export const closes = [
  createGraphBand(
    createGraph({
      title: 'Closes by reason',
      asks: 'Who ends streams, and why?',
      unit: 'cps',
      isStacked: true,
      colors: CLOSE_REASON_COLORS,
      targets: [
        plotEach(
          (by) =>
            sumRate(S.closedConnections, {
              where: BY_GUARD.map((reason) =>
                matchNot(LABELS.closeReason, reason),
              ),
              by,
            }),
          LABELS.closeReason,
        ),
      ],
    }),
    createGraph({
      title: 'Evicted and expired',
      asks: 'Which streams does the guard end: slow consumers, or those whose time was up, as planned?',
      unit: 'cps',
      colors: CLOSE_REASON_COLORS,
      targets: [
        plotEach(
          (by) =>
            sumRate(S.closedConnections, {
              where: [matchOneOf(LABELS.closeReason, BY_GUARD)],
              by,
            }),
          LABELS.closeReason,
        ),
      ],
    }),
    createGraph({
      title: 'Repeated errors',
      asks: 'Which error ends streams again and again: more than 5, more than 10 times in 10 minutes?',
      unit: 'short',
      targets: [
        plotEach(
          (by) =>
            sumIncrease(S.closedConnections, '10m', {
              where: [match(LABELS.closeReason, 'error')],
              by,
            }),
          LABELS.errorType,
        ),
      ],
      limits: LIMITS.repeatedErrors,
    }),
  ),
  createGraphBand(
    createGraph({
      title: 'Opens, against yesterday',
      asks: 'Do more clients (re)connect than at this time yesterday?',
      unit: 'cps',
      colors: { yesterday: 'text' },
      targets: [
        plot(sumRate(S.openedConnections), 'now'),
        plot(sumRate(S.openedConnections, { offset: '1d' }), 'yesterday'),
      ],
    }),
    createGraph({
      title: 'Opened in 5 minutes',
      asks: 'Is there a storm of reconnects, counting what new instances opened before their first export?',
      unit: 'short',
      targets: [
        plot(
          aggregate('sum', OPENED_5M, [LABELS.route]),
          showLabels(LABELS.route),
        ),
      ],
      isStacked: true,
      whenEmpty: 'needs prometheus/rules/recording.yaml',
    }),
    createGraph({
      title: 'Resumed share',
      asks: 'Which share of opens goes on from a `Last-Event-ID`, and how do the replays end?',
      unit: 'percentunit',
      targets: [
        plot(
          divide(
            sumRate(S.openedConnections, { where: RESUMED }),
            sumRate(S.openedConnections),
          ),
          'resumed, of opens',
        ),
        plot(
          `${sumRate(S.resumes, { by: [LABELS.resumeResult] })} / on () group_left () (${sumRate(S.resumes)} > 0)`,
          `replay ${showLabels(LABELS.resumeResult)}`,
        ),
      ],
      whenEmpty: 'none opened',
    }),
  ),
];
