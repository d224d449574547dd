import { SERVER_METRICS } from '../../../src/semconv.ts';
import { LABELS, showLabels } from '../../labels.ts';
import { createGraphBand } from '../../layout.ts';
import { plot, plotEach, plotInstances } from '../../panel-basics.ts';
import { createGraph } from '../../panels.ts';
import { divide, sumRate } from '../../queries.ts';

const S = SERVER_METRICS;
const BY_ROUTE = [LABELS.route];

/** What is lost, and the flow by route and instance. */
export const losses = [
  createGraphBand(
    createGraph({
      title: 'Protocol errors by type',
      asks: 'What in the streams would browsers or proxies not take?',
      unit: 'cps',
      isStacked: true,
      targets: [
        plotEach(
          (by) => sumRate(S.protocolErrors, { by }),
          LABELS.protocolErrorType,
        ),
      ],
    }),
    createGraph({
      title: 'Dropped events by reason',
      asks: 'Why does the application drop events?',
      unit: 'eps',
      isStacked: true,
      targets: [
        plotEach((by) => sumRate(S.droppedEvents, { by }), LABELS.dropReason),
      ],
      whenEmpty: 'the application reports none: reportDropped',
    }),
    createGraph({
      title: 'Replayed events',
      asks: 'How much of what is sent was missed before and is sent again?',
      unit: 'eps',
      targets: [
        plotEach((by) => sumRate(S.replayedEvents, { by }), LABELS.route),
      ],
      whenEmpty: 'the application reports none: reportReplay',
    }),
  ),
  createGraphBand(
    createGraph({
      title: 'Events by route',
      asks: 'Which routes send?',
      unit: 'eps',
      isStacked: true,
      targets: [plotEach((by) => sumRate(S.sentEvents, { by }), LABELS.route)],
    }),
    createGraph({
      title: 'Events by instance',
      asks: 'Does one instance send fewer than the others?',
      unit: 'eps',
      targets: [
        plotInstances((by) =>
          sumRate(S.sentEvents, {
            by,
          }),
        ),
      ],
    }),
    createGraph({
      title: 'Events per stream',
      asks: 'How many events does a stream get in its life?',
      unit: 'short',
      targets: [
        plot(
          divide(
            sumRate(S.sentEvents, { by: BY_ROUTE }),
            sumRate(S.closedConnections, { by: BY_ROUTE }),
          ),
          showLabels(LABELS.route),
        ),
      ],
      whenEmpty: 'none closed',
    }),
  ),
];
