import { CLIENT_METRICS } from '../../../src/semconv.ts';
import { LABELS } from '../../labels.ts';
import { createGraphBand } from '../../layout.ts';
import { plotEach } from '../../panel-basics.ts';
import { createGraph, createHeatmap } from '../../panels.ts';
import { countBuckets, sumRate } from '../../queries.ts';
import { CLOSE_REASON_COLORS } from '../../questions.ts';
import { NO_CLIENT } from './ratios.ts';

const C = CLIENT_METRICS;

/** Events, bytes, durations. */
export const details = [
  createGraphBand(
    createGraph({
      title: 'Events received by type',
      asks: 'Which events arrive, and does one type stop?',
      unit: 'eps',
      isStacked: true,
      targets: [
        plotEach((by) => sumRate(C.receivedEvents, { by }), LABELS.eventType),
      ],
      whenEmpty: NO_CLIENT,
    }),
    createGraph({
      title: 'Bytes received',
      asks: 'How much data do clients get?',
      unit: 'Bps',
      targets: [
        plotEach((by) => sumRate(C.contentSize, { by }), LABELS.urlTemplate),
      ],
      whenEmpty: NO_CLIENT,
    }),
    createGraph({
      title: 'Time without a stream',
      asks: 'How many clients are without their stream at a time?',
      unit: 'short',
      targets: [
        plotEach(
          (by) => sumRate(C.disconnectedTime, { by }),
          LABELS.urlTemplate,
        ),
      ],
      whenEmpty: NO_CLIENT,
    }),
  ),
  createGraphBand(
    createHeatmap({
      title: 'Duration of connections',
      asks: 'How long does a client keep one connection?',
      unit: 's',
      expression: countBuckets(C.connectionDuration),
      width: 12,
      whenEmpty: NO_CLIENT,
    }),
    createGraph({
      title: 'Closes by client',
      asks: 'Who ends streams, as the client sees it?',
      unit: 'cps',
      isStacked: true,
      colors: CLOSE_REASON_COLORS,
      targets: [
        plotEach(
          (by) => sumRate(C.closedConnections, { by }),
          LABELS.clientCloseReason,
        ),
      ],
      width: 12,
      whenEmpty: NO_CLIENT,
    }),
  ),
];
