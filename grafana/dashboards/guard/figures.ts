import { GUARD_METRICS, SERVER_METRICS } from '../../../src/semconv.ts';
import { LABELS } from '../../labels.ts';
import { createStatBand } from '../../layout.ts';
import { plot } from '../../panel-basics.ts';
import { createStat } from '../../panels.ts';
import { aggregate, sumIncrease } from '../../queries.ts';
import { match, matchNot } from '../../series.ts';
import { LIMITS } from '../../thresholds.ts';
import { queryFillOfLimit } from './fill.ts';

const REJECTED = GUARD_METRICS.rejectedConnections;

/** What the guard did in the last five minutes. */
export const figures = createStatBand(
  createStat({
    title: 'Fullest, of its limit',
    asks: 'How near is the fullest instance to the most connections that its guard lets in?',
    unit: 'percentunit',
    targets: [plot(aggregate('max', queryFillOfLimit()), 'of its limit')],
    limits: LIMITS.connectionRatio,
    whenEmpty: 'no maxConnections',
  }),
  createStat({
    title: 'Refused for a limit',
    asks: 'How many streams did the guard refuse in the last 5 minutes, without those of a drain?',
    unit: 'short',
    decimals: 0,
    targets: [
      plot(
        sumIncrease(REJECTED, '5m', {
          where: [matchNot(LABELS.rejectionReason, 'draining')],
          isAnyRoute: true,
        }),
        'in 5 min',
      ),
    ],
    limits: LIMITS.tickets,
    whenEmpty: 'no guard',
  }),
  ...(
    [
      ['evicted', 'Cut off', 'for being too slow', LIMITS.tickets],
      ['timeout', 'Timed out', 'for nothing was written to them', undefined],
      ['expired', 'Expired', 'for their time was up, as planned', undefined],
      ['shutdown', 'Drained', 'for the process was to end', undefined],
    ] as const
  ).map(([reason, title, why, limits]) =>
    createStat({
      title,
      asks: `How many streams ended in the last 5 minutes ${why}?`,
      unit: 'short',
      decimals: 0,
      targets: [
        plot(
          sumIncrease(SERVER_METRICS.closedConnections, '5m', {
            where: [match(LABELS.closeReason, reason)],
          }),
          'in 5 min',
        ),
      ],
      ...(limits && { limits }),
    }),
  ),
);
