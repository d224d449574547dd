import { GUARD_METRICS, SERVER_METRICS } from '../../../src/semconv.ts';
import { LABELS, showLabels } from '../../labels.ts';
import { createGraphBand } from '../../layout.ts';
import { plot, plotEach, plotInstances } from '../../panel-basics.ts';
import { createGraph } from '../../panels.ts';
import { divide, sumRate } from '../../queries.ts';
import { ABNORMAL, CLOSE_REASON_COLORS } from '../../questions.ts';
import { match } from '../../series.ts';
import { LIMITS } from '../../thresholds.ts';

const S = SERVER_METRICS;

/** What failed, was refused or cut. */
export const failures = [
  createGraphBand(
    createGraph({
      title: 'Failed connections by route',
      asks: 'Which routes answer requests for a stream by an error?',
      unit: 'cps',
      isStacked: true,
      targets: [
        plotEach(
          (by) => sumRate(S.failedConnections, { by }),
          LABELS.route,
          LABELS.errorType,
        ),
      ],
    }),
    createGraph({
      title: 'Rejections by reason',
      asks: 'What makes the guard refuse streams?',
      unit: 'cps',
      isStacked: true,
      targets: [
        plotEach(
          (by) =>
            sumRate(GUARD_METRICS.rejectedConnections, {
              by,
              isAnyRoute: true,
            }),
          LABELS.rejectionReason,
        ),
      ],
      whenEmpty: 'no guard',
    }),
    createGraph({
      title: 'Abnormal closes by instance',
      asks: 'Does one instance end streams abnormally, or do all?',
      unit: 'cps',
      targets: [
        plotInstances((by) =>
          sumRate(S.closedConnections, {
            where: [ABNORMAL],
            by,
          }),
        ),
      ],
    }),
  ),
  createGraphBand(
    createGraph({
      title: 'Eventless closes by reason',
      asks: 'Who ends streams that never had an event?',
      unit: 'cps',
      isStacked: true,
      colors: CLOSE_REASON_COLORS,
      targets: [
        plotEach(
          (by) => sumRate(S.eventlessCloses, { by }),
          LABELS.closeReason,
        ),
      ],
    }),
    createGraph({
      title: 'Unfinished closes',
      asks: 'Which share of the streams that look whole was cut before its final event?',
      unit: 'percentunit',
      targets: [
        plot(
          divide(
            sumRate(S.unfinishedCloses, { by: [LABELS.route] }),
            sumRate(S.closedConnections, {
              by: [LABELS.route],
              where: [match(LABELS.closeReason, 'completed')],
            }),
          ),
          showLabels(LABELS.route),
        ),
      ],
      limits: LIMITS.abnormalRatio,
      whenEmpty: 'no finalEvents configured',
    }),
    createGraph({
      title: 'Late writes by route',
      asks: 'Where does the application write to streams that are closed: a leak?',
      unit: 'cps',
      targets: [plotEach((by) => sumRate(S.lateWrites, { by }), LABELS.route)],
    }),
  ),
];
