import { PROCESS_METRICS, SERVER_METRICS } from '../../../src/semconv.ts';
import { LABELS, PER_INSTANCE } from '../../labels.ts';
import { createGraphBand } from '../../layout.ts';
import { NEEDS_RULES } from '../../names.ts';
import { plot, plotEach } from '../../panel-basics.ts';
import { createGraph } from '../../panels.ts';
import { aggregate, maxNow, sumNow, sumRate } from '../../queries.ts';
import { plotQuantiles } from '../../questions.ts';
import { selectRecorded } from '../../series.ts';
import { LIMITS } from '../../thresholds.ts';
import { INSTANCE, queryHeapRule } from './ratios.ts';

const S = SERVER_METRICS;
const P = PROCESS_METRICS;

/** Clients that do not keep up. */
export const backpressure = createGraphBand(
  createGraph({
    title: 'Queue by route',
    asks: 'On which routes do bytes pile up for slow clients?',
    unit: 'bytes',
    isStacked: true,
    targets: [plotEach((by) => sumNow(S.queueSize, { by }), LABELS.route)],
  }),
  createGraph({
    title: 'Blocked streams over time',
    asks: 'How many clients do not keep up, and how often does the application write to them all the same?',
    unit: 'short',
    targets: [
      plot(sumNow(S.blockedConnections), 'blocked'),
      plot(sumRate(S.blockedWrites), 'ignored: writes a second'),
    ],
  }),
  createGraph({
    title: 'Time blocked',
    asks: 'How long does a slow client hold its stream up?',
    unit: 's',
    targets: plotQuantiles(S.blockedDuration),
    whenEmpty: 'none was blocked',
  }),
);

/** What is kept, and whether it grows. */
export const memory = [
  createGraphBand(
    createGraph({
      title: 'Heap: minimum, average, maximum',
      asks: 'Does the floor of 5 minutes rise, on the instance where it is highest, or only the sawtooth above it?',
      unit: 'bytes',
      targets: ['min', 'avg', 'max'].map((operation) =>
        plot(aggregate('max', queryHeapRule(`${operation}5m`)), operation),
      ),
      limits: LIMITS.heapBytes,
      whenEmpty: NEEDS_RULES,
    }),
    createGraph({
      title: 'Growth since start',
      asks: 'How much more does each process keep than when it was warm?',
      unit: 'bytes',
      targets: [plot(queryHeapRule('growth_start'), INSTANCE)],
      whenEmpty: NEEDS_RULES,
    }),
    createGraph({
      title: 'Growth per second',
      asks: 'Has the heap of a process grown by more than 0.1 MB/s for half an hour?',
      unit: 'Bps',
      targets: [plot(queryHeapRule('deriv30m'), INSTANCE)],
      limits: LIMITS.heapGrowthPerSecond,
      whenEmpty: NEEDS_RULES,
    }),
  ),
  createGraphBand(
    createGraph({
      title: 'Heap by instance',
      asks: 'Which process uses most heap?',
      unit: 'bytes',
      targets: [plot(maxNow(P.heapUsed, { by: PER_INSTANCE }), INSTANCE)],
      limits: LIMITS.heapBytes,
    }),
    createGraph({
      title: 'Memory of the largest process',
      asks: 'What is memory used for: heap, buffers, or neither?',
      unit: 'bytes',
      targets: [
        plot(maxNow(P.memoryRss), 'resident'),
        plot(maxNow(P.heapTotal), 'heap, allocated'),
        plot(maxNow(P.heapUsed), 'heap, used'),
        plot(maxNow(P.external), 'external'),
        plot(maxNow(P.arrayBuffers), 'array buffers'),
      ],
    }),
    createGraph({
      title: 'Bytes per connection',
      asks: 'Does a connection cost more and more: do closed ones leave something behind?',
      unit: 'bytes',
      targets: [
        plot(
          selectRecorded(
            PER_INSTANCE.join('_'),
            P.memoryRss,
            'per_connection_min5m',
          ),
          `resident ${INSTANCE}`,
        ),
        plot(queryHeapRule('per_connection_min5m'), `heap ${INSTANCE}`),
      ],
      whenEmpty: NEEDS_RULES,
    }),
  ),
];
