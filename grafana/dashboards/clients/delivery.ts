import { CLIENT_METRICS, SERVER_METRICS } from '../../../src/semconv.ts';
import { LABELS } from '../../labels.ts';
import { createGraphBand } from '../../layout.ts';
import { plot } from '../../panel-basics.ts';
import { createGraph } from '../../panels.ts';
import { aggregate, findWorstQuantile, sumRate } from '../../queries.ts';
import { plotQuantiles } from '../../questions.ts';
import { match, matchOneOf, selectRecorded } from '../../series.ts';
import { LIMITS } from '../../thresholds.ts';
import { NO_CLIENT, querySlowHandlers } from './ratios.ts';

const C = CLIENT_METRICS;

const LOST = [matchOneOf(LABELS.clientCloseReason, ['lost', 'error'])];

/** What happens between server and listeners. */
export const delivery = [
  createGraphBand(
    createGraph({
      title: 'Buffering: p99 of the interval',
      asks: 'Does something on the way hold events back, so that clients wait far longer than the server did?',
      unit: 's',
      targets: compareInterval(0.99),
      whenEmpty: NO_CLIENT,
    }),
    createGraph({
      title: 'Buffering: p50 of the interval',
      asks: 'Do held-back events then come in bursts, far faster than the server sent them?',
      unit: 's',
      targets: compareInterval(0.5),
      whenEmpty: NO_CLIENT,
    }),
    createGraph({
      title: 'Event delay',
      asks: 'How old are events when they arrive?',
      unit: 's',
      targets: plotQuantiles(C.eventDelay),
      limits: LIMITS.delaySeconds,
      whenEmpty: 'no time stamps',
    }),
  ),
  createGraphBand(
    createGraph({
      title: 'Losses against closes',
      asks: 'Do clients lose more streams than the server closed: is it something between them?',
      unit: 'cps',
      targets: [
        plot(sumRate(C.closedConnections, { where: LOST }), 'lost by clients'),
        plot(
          sumRate(SERVER_METRICS.closedConnections, {
            where: [
              matchOneOf(LABELS.closeReason, [
                'server_close',
                'error',
                'expired',
                'timeout',
                'evicted',
                'shutdown',
              ]),
            ],
          }),
          'closed by the server',
        ),
        plot(
          sumRate(SERVER_METRICS.closedConnections, {
            where: [match(LABELS.closeReason, 'client_disconnect')],
          }),
          'client gone, says the server',
        ),
      ],
    }),
    createGraph({
      title: 'Slow handlers over time',
      asks: 'When did events keep the page busy for longer than 50 ms?',
      unit: 'percentunit',
      targets: [plot(querySlowHandlers(), 'of events')],
      limits: LIMITS.slowHandlerRatio,
      whenEmpty: NO_CLIENT,
    }),
    createGraph({
      title: 'Time in handlers',
      asks: 'How long do the page’s listeners take for an event?',
      unit: 's',
      targets: plotQuantiles(C.eventHandlerDuration, [0.5, 0.95, 0.99]),
      whenEmpty: NO_CLIENT,
    }),
  ),
];

/** Of the page and the server where it is longest: as rules record it. */
function compareInterval(quantile: number) {
  const ofClients = selectRecorded(
    `${LABELS.job}_${LABELS.urlTemplate}`,
    C.eventInterval,
    `p${quantile * 100}_5m`,
  );
  return [
    plot(aggregate('max', ofClients), 'client'),
    plot(findWorstQuantile(quantile, SERVER_METRICS.eventInterval), 'server'),
  ];
}
