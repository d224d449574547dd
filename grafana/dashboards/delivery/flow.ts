import { SERVER_METRICS } from '../../../src/semconv.ts';
import { LABELS, showLabels } from '../../labels.ts';
import { createGraphBand } from '../../layout.ts';
import { plot, plotEach } from '../../panel-basics.ts';
import { createGraph } from '../../panels.ts';
import { divide, sumNow, sumRate } from '../../queries.ts';
import { plotQuantiles } from '../../questions.ts';
import { LIMITS } from '../../thresholds.ts';
import {
  queryEventsPerConnection,
  queryEventsPerWrite,
  queryWirePerContent,
} from './ratios.ts';

const S = SERVER_METRICS;
const BY_ROUTE = [LABELS.route];

/** What is sent, how fast, at what cost. */
export const flow = [
  createGraphBand(
    createGraph({
      title: 'Events by type',
      asks: 'Which events are sent, and does one type stop?',
      unit: 'eps',
      isStacked: true,
      targets: [
        plotEach((by) => sumRate(S.sentEvents, { by }), LABELS.eventType),
      ],
    }),
    createGraph({
      title: 'Interval between events',
      asks: 'How long does a client wait for its next event, on the instance where it waits longest?',
      unit: 's',
      targets: plotQuantiles(S.eventInterval, [0.5, 0.99]),
      whenEmpty: 'no events, or no rules',
    }),
    createGraph({
      title: 'Write duration',
      asks: 'How long from write() until the kernel has the bytes?',
      unit: 's',
      targets: plotQuantiles(S.writeDuration, [0.5, 0.95, 0.99]),
      limits: LIMITS.writeSeconds,
      whenEmpty: 'nothing written, or no rules',
    }),
  ),
  createGraphBand(
    createGraph({
      title: 'Event size',
      asks: 'How large are events, and would compression pay?',
      unit: 'bytes',
      targets: [
        ...plotQuantiles(S.eventSize),
        plot(divide(sumRate(S.contentSize), sumRate(S.sentEvents)), 'average'),
      ],
      limits: LIMITS.eventAdviceBytes,
      whenEmpty: 'no events',
    }),
    createGraph({
      title: 'Events per connection',
      asks: 'How many events a second does a connection get, on each route?',
      unit: 'eps',
      targets: [
        plot(queryEventsPerConnection(BY_ROUTE), showLabels(LABELS.route)),
      ],
      limits: LIMITS.eventsAdvicePerConnection,
      whenEmpty: 'none open',
    }),
    createGraph({
      title: 'Bytes per second',
      asks: 'How much is sent, on each route?',
      unit: 'Bps',
      isStacked: true,
      targets: [plotEach((by) => sumRate(S.wireSize, { by }), LABELS.route)],
    }),
  ),
  createGraphBand(
    createGraph({
      title: 'Events per write by route',
      asks: 'Where would batching save writes?',
      unit: 'none',
      targets: [plot(queryEventsPerWrite(BY_ROUTE), showLabels(LABELS.route))],
      whenEmpty: 'nothing written',
    }),
    createGraph({
      title: 'Compression by route',
      asks: 'Which part of what is written goes over the wire?',
      unit: 'percentunit',
      targets: [plot(queryWirePerContent(BY_ROUTE), showLabels(LABELS.route))],
      whenEmpty: 'nothing written',
    }),
    createGraph({
      title: 'Time between heartbeats',
      asks: 'How often does a connection get a comment, before a proxy gives it up for idle?',
      unit: 's',
      targets: [
        plot(
          divide(
            sumNow(S.activeConnections, { by: BY_ROUTE }),
            sumRate(S.sentComments, { by: BY_ROUTE }),
          ),
          showLabels(LABELS.route),
        ),
      ],
      whenEmpty: 'no heartbeats',
    }),
  ),
];
