import { SERVER_METRICS } from '../../../src/semconv.ts';
import { LABELS, PER_INSTANCE } from '../../labels.ts';
import { createStatBand } from '../../layout.ts';
import { plot } from '../../panel-basics.ts';
import { createStat } from '../../panels.ts';
import {
  aggregate,
  divide,
  readNow,
  sumIncrease,
  sumNow,
  sumRate,
} from '../../queries.ts';
import { queryAbnormalShare } from '../../questions.ts';
import { match } from '../../series.ts';
import { LIMITS } from '../../thresholds.ts';

const S = SERVER_METRICS;
const RESUMED = [match(LABELS.resumed, 'true')];

/** What should be near 0. */
export const figures = createStatBand(
  createStat({
    title: 'Abnormal closes',
    asks: 'Which share of the streams that close ends by an error, a time-out or an eviction?',
    unit: 'percentunit',
    targets: [plot(queryAbnormalShare(), 'of closes')],
    limits: LIMITS.abnormalRatio,
    whenEmpty: 'none closed',
  }),
  createStat({
    title: 'Stalled',
    asks: 'On how many open streams has the server been silent for longer than `stallAfterSeconds`?',
    unit: 'short',
    targets: [plot(sumNow(S.stalledConnections), 'stalled')],
    limits: LIMITS.tickets,
  }),
  createStat({
    title: 'Late writes',
    asks: 'How many writes in the last 5 minutes were to streams that are closed: does the application keep them?',
    unit: 'short',
    decimals: 0,
    targets: [plot(sumIncrease(S.lateWrites, '5m'), 'in 5 min')],
    limits: LIMITS.rather,
  }),
  createStat({
    title: 'Eventless closes',
    asks: 'Which share of the streams closed without a single event?',
    unit: 'percentunit',
    targets: [
      plot(
        divide(sumRate(S.eventlessCloses), sumRate(S.closedConnections)),
        'of closes',
      ),
    ],
    limits: LIMITS.abnormalRatio,
    whenEmpty: 'none closed',
  }),
  createStat({
    title: 'Resumed',
    asks: 'Which share of the streams that open goes on from a `Last-Event-ID`?',
    unit: 'percentunit',
    targets: [
      plot(
        divide(
          sumRate(S.openedConnections, { where: RESUMED }),
          sumRate(S.openedConnections),
        ),
        'of opens',
      ),
    ],
    whenEmpty: 'none opened',
  }),
  createStat({
    title: 'Self-check',
    asks: 'Is opened − closed − active 0 on every instance, as it always must be?',
    unit: 'short',
    targets: [plot(queryUnaccounted(), 'unaccounted for')],
    limits: LIMITS.one,
  }),
);

function queryUnaccounted(): string {
  const [opened, closed, active] = [
    S.openedConnections,
    S.closedConnections,
    S.activeConnections,
  ].map((metric) =>
    aggregate('sum', readNow(metric, { isAnyRoute: true }), PER_INSTANCE),
  );
  return aggregate('max', `abs(${opened} - ${closed} - ${active})`);
}
