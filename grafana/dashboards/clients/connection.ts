import { CLIENT_METRICS, SERVER_METRICS } from '../../../src/semconv.ts';
import { LABELS } from '../../labels.ts';
import { createGraphBand } from '../../layout.ts';
import { plot, plotEach } from '../../panel-basics.ts';
import { createGraph } from '../../panels.ts';
import { estimateQuantile, sumNow, sumRate } from '../../queries.ts';
import { plotQuantiles } from '../../questions.ts';
import { match } from '../../series.ts';
import { LIMITS } from '../../thresholds.ts';
import { NO_CLIENT, queryStability } from './ratios.ts';

const C = CLIENT_METRICS;

/** Whether clients have their stream. */
export const connection = [
  createGraphBand(
    createGraph({
      title: 'Connected clients',
      asks: 'How many clients are connected, and as many as the server has streams?',
      unit: 'short',
      targets: [
        plot(sumRate(C.connectedTime), 'clients'),
        plot(sumNow(C.activeConnections), 'in Node'),
        plot(sumNow(SERVER_METRICS.activeConnections), 'on the server'),
      ],
    }),
    createGraph({
      title: 'Stability over time',
      asks: 'When were clients without their stream?',
      unit: 'percentunit',
      targets: [plot(queryStability(), 'connected')],
      limits: LIMITS.stability,
      whenEmpty: NO_CLIENT,
    }),
    createGraph({
      title: 'Errors by type',
      asks: 'Do connections fail at once, break, or does the client give up for good?',
      unit: 'cps',
      isStacked: true,
      targets: [plotEach((by) => sumRate(C.errors, { by }), LABELS.errorType)],
      whenEmpty: NO_CLIENT,
    }),
  ),
  createGraphBand(
    createGraph({
      title: 'Opens and reconnects',
      asks: 'Do clients come, or come back?',
      unit: 'cps',
      targets: [
        plot(
          sumRate(C.openedConnections, {
            where: [match(LABELS.reconnected, 'false')],
          }),
          'first',
        ),
        plot(
          sumRate(C.openedConnections, {
            where: [match(LABELS.reconnected, 'true')],
          }),
          'again',
        ),
      ],
      whenEmpty: NO_CLIENT,
    }),
    createGraph({
      title: 'Reconnect delay',
      asks: 'For how long is a client that lost its stream without one?',
      unit: 's',
      targets: plotQuantiles(C.reconnectDelay),
      limits: LIMITS.reconnectSeconds,
      whenEmpty: 'none reconnected',
    }),
    createGraph({
      title: 'Open time',
      asks: 'How long does it take until a stream is open, for the client and for the server?',
      unit: 's',
      targets: [
        ...plotQuantiles(C.connectionOpenTime),
        plot(
          estimateQuantile(0.95, SERVER_METRICS.connectionOpenTime),
          'p95 on the server',
        ),
      ],
      limits: LIMITS.openSeconds,
      whenEmpty: NO_CLIENT,
    }),
  ),
];
