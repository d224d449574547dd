import { SERVER_METRICS } from '../../../src/semconv.ts';
import { LABELS } from '../../labels.ts';
import { createGraphBand } from '../../layout.ts';
import { plot, plotEach, plotInstances } from '../../panel-basics.ts';
import { createGraph } from '../../panels.ts';
import { sumNow, sumRate } from '../../queries.ts';
import {
  ABNORMAL,
  CLOSE_REASON_COLORS,
  plotQuantiles,
} from '../../questions.ts';
import { LIMITS } from '../../thresholds.ts';

const S = SERVER_METRICS;

/** How it came to this. */
export const trends = [
  createGraphBand(
    createGraph({
      title: 'Open streams by instance',
      asks: 'How many streams are open, and are they shared evenly by the instances?',
      unit: 'short',
      isStacked: true,
      targets: [plotInstances((by) => sumNow(S.activeConnections, { by }))],
      details: 'connections',
    }),
    createGraph({
      title: 'Opens and closes',
      asks: 'Do streams come and go at the same rate, or does everybody reconnect?',
      unit: 'cps',
      targets: [
        plot(sumRate(S.openedConnections), 'opened'),
        plot(sumRate(S.closedConnections), 'closed'),
      ],
      details: 'connections',
    }),
    createGraph({
      title: 'Abnormal closes by reason',
      asks: 'What ends streams that should not have ended?',
      unit: 'cps',
      isStacked: true,
      colors: CLOSE_REASON_COLORS,
      targets: [
        plotEach(
          (by) =>
            sumRate(S.closedConnections, {
              where: [ABNORMAL],
              by,
            }),
          LABELS.closeReason,
        ),
      ],
      details: 'connections',
    }),
  ),
  createGraphBand(
    createGraph({
      title: 'Open time',
      asks: 'How long from the request to the headers?',
      unit: 's',
      targets: plotQuantiles(S.connectionOpenTime),
      limits: LIMITS.openSeconds,
      whenEmpty: 'none opened',
    }),
    createGraph({
      title: 'Time to first event',
      asks: 'How long from the request to the first event?',
      unit: 's',
      targets: plotQuantiles(S.timeToFirstEvent),
      limits: LIMITS.firstEventSeconds,
      whenEmpty: 'no first event',
    }),
    createGraph({
      title: 'Failed connections by error',
      asks: 'With which status are requests for a stream refused?',
      unit: 'cps',
      isStacked: true,
      targets: [
        plotEach(
          (by) => sumRate(S.failedConnections, { by }),
          LABELS.errorType,
        ),
      ],
      details: 'connections',
    }),
  ),
  createGraphBand(
    createGraph({
      title: 'Events by route',
      asks: 'How many events a second are sent, and on which routes?',
      unit: 'eps',
      isStacked: true,
      targets: [plotEach((by) => sumRate(S.sentEvents, { by }), LABELS.route)],
      details: 'delivery',
    }),
    createGraph({
      title: 'Bytes',
      asks: 'How much is sent, as written and as it goes over the wire?',
      unit: 'Bps',
      targets: [
        plot(sumRate(S.contentSize), 'written'),
        plot(sumRate(S.wireSize), 'on the wire'),
      ],
      details: 'delivery',
    }),
    createGraph({
      title: 'Waiting and stalled',
      asks: 'Do open streams get no events, or none any more?',
      unit: 'short',
      targets: [
        plot(sumNow(S.waitingConnections), 'waiting'),
        plot(sumNow(S.stalledConnections), 'stalled'),
      ],
      details: 'connections',
    }),
  ),
];
