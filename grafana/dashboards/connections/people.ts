import { GUARD_METRICS, SERVER_METRICS } from '../../../src/semconv.ts';
import { LABELS, showLabels } from '../../labels.ts';
import { createGraphBand } from '../../layout.ts';
import { plot, plotEach } from '../../panel-basics.ts';
import { createGraph } from '../../panels.ts';
import {
  aggregate,
  divide,
  eachNow,
  maxNow,
  readNow,
  sumNow,
} from '../../queries.ts';
import { LIMITS } from '../../thresholds.ts';

const S = SERVER_METRICS;

/** Who is connected, and by what. */
export const people = [
  createGraphBand(
    createGraph({
      title: 'Client addresses',
      asks: 'How many different addresses are connected to each instance?',
      unit: 'short',
      targets: [plot(eachNow(S.clients), showLabels(LABELS.instance))],
      whenEmpty: 'behind a proxy: set trustProxy or clientAddress',
    }),
    createGraph({
      title: 'Streams of the busiest address',
      asks: 'Does one address hold far more streams than the average one?',
      unit: 'short',
      targets: [
        plot(maxNow(S.clientConnectionsMax), 'busiest'),
        plot(
          aggregate(
            'max',
            divide(
              eachNow(S.activeConnections, { isAnyRoute: true }),
              eachNow(S.clients),
            ),
          ),
          'average, of the instance where it is highest',
        ),
      ],
      whenEmpty: 'behind a proxy: set trustProxy or clientAddress',
    }),
    createGraph({
      title: 'Open streams by protocol',
      asks: 'Do clients come by HTTP/1.1, where a browser has six connections to a host?',
      unit: 'short',
      isStacked: true,
      targets: [
        plot(
          sumNow(S.activeConnections, { by: [LABELS.version] }),
          `HTTP/${showLabels(LABELS.version)}`,
        ),
      ],
    }),
  ),
  createGraphBand(
    createGraph({
      title: 'Open streams by route',
      asks: 'Which routes are the streams of?',
      unit: 'short',
      isStacked: true,
      targets: [
        plotEach((by) => sumNow(S.activeConnections, { by }), LABELS.route),
      ],
      width: 12,
    }),
    createGraph({
      title: 'Streams per instance',
      asks: 'Does an instance come near what one process should hold?',
      unit: 'short',
      targets: [
        plot(
          eachNow(S.activeConnections, { isAnyRoute: true }),
          showLabels(LABELS.instance),
        ),
        plot(
          aggregate('min', readNow(GUARD_METRICS.connectionLimit)),
          'smallest limit',
        ),
      ],
      limits: LIMITS.connections,
      width: 12,
    }),
  ),
];
