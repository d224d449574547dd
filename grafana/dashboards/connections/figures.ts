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
  sumRate,
} from '../../queries.ts';
import { match } from '../../series.ts';
import { ABNORMAL_CLOSES, STALLED } from '../../shared-figures.ts';
import { LIMITS } from '../../thresholds.ts';

const S = SERVER_METRICS;
const RESUMED = [match(LABELS.resumed, 'true')];

/** What should be near 0. */
export const figures = createStatBand(
  createStat(ABNORMAL_CLOSES),
  createStat(STALLED),
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
