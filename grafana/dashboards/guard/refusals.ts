import { GUARD_METRICS, SERVER_METRICS } from '../../../src/semconv.ts';
import { LABELS, showLabels } from '../../labels.ts';
import { createGraphBand } from '../../layout.ts';
import { plot, plotEach, plotInstances } from '../../panel-basics.ts';
import { createGraph } from '../../panels.ts';
import { divide, sumNow, sumRate } from '../../queries.ts';
import { LIMITS } from '../../thresholds.ts';
import { queryFillOfLimit } from './fill.ts';

const S = SERVER_METRICS;
const REJECTED = GUARD_METRICS.rejectedConnections;

/** Who comes in and who does not. */
export const refusals = [
  createGraphBand(
    createGraph({
      title: 'Connections ÷ limit',
      asks: 'Which instance comes near its limit, and will the others have room?',
      unit: 'percentunit',
      targets: [plot(queryFillOfLimit(), showLabels(LABELS.instance))],
      limits: LIMITS.connectionRatio,
      whenEmpty: 'no maxConnections',
      width: 12,
    }),
    createGraph({
      title: 'Connections and limit',
      asks: 'How many streams could come besides, over all instances?',
      unit: 'short',
      colors: { limit: 'red' },
      targets: [
        plot(sumNow(S.activeConnections, { isAnyRoute: true }), 'open'),
        plot(sumNow(GUARD_METRICS.connectionLimit), 'limit'),
      ],
      whenEmpty: 'no maxConnections',
      width: 12,
    }),
  ),
  createGraphBand(
    createGraph({
      title: 'Refusals by reason',
      asks: 'Which limit refuses streams?',
      unit: 'cps',
      isStacked: true,
      targets: [
        plotEach(
          (by) => sumRate(REJECTED, { by, isAnyRoute: true }),
          LABELS.rejectionReason,
        ),
      ],
      whenEmpty: 'no guard',
    }),
    createGraph({
      title: 'Refusals by route',
      asks: 'For which routes are streams refused?',
      unit: 'cps',
      isStacked: true,
      targets: [plotEach((by) => sumRate(REJECTED, { by }), LABELS.route)],
      whenEmpty: 'no guard',
    }),
    createGraph({
      title: 'Refused share by instance',
      asks: 'Which share of the requests for a stream does each instance refuse: a storm that is shed, or a limit that is too low?',
      unit: 'percentunit',
      targets: [
        plotInstances((by) => {
          const refused = sumRate(REJECTED, { by, isAnyRoute: true });
          const opened = sumRate(S.openedConnections, {
            by,
            isAnyRoute: true,
          });
          return divide(refused, `(${refused} + ${opened})`);
        }),
      ],
      limits: LIMITS.abnormalRatio,
      whenEmpty: 'no guard',
    }),
  ),
];
