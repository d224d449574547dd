import { PROCESS_METRICS, SERVER_METRICS } from '../../../src/semconv.ts';
import { LABELS, showLabels } from '../../labels.ts';
import { createGraphBand } from '../../layout.ts';
import { plot } from '../../panel-basics.ts';
import { createGraph } from '../../panels.ts';
import { divide, eachNow, maxNow } from '../../queries.ts';
import { queryBusyShare, queryHeapRatio } from '../../questions.ts';
import { LIMITS } from '../../thresholds.ts';

const P = PROCESS_METRICS;
const S = SERVER_METRICS;
const INSTANCE = showLabels(LABELS.instance);

/** The figures behind its limits other than the number of connections. */
export const pressures = [
  createGraphBand(
    createGraph({
      title: 'Heap ÷ limit',
      asks: 'Does an instance come near `maxHeapRatio`?',
      unit: 'percentunit',
      targets: [plot(queryHeapRatio(), INSTANCE)],
      limits: LIMITS.heapRatio,
    }),
    createGraph({
      title: 'Busy event loops',
      asks: 'Does an instance come near `maxEventLoopUtilization`?',
      unit: 'percentunit',
      targets: [plot(queryBusyShare(), INSTANCE)],
      limits: LIMITS.loopRatio,
    }),
    createGraph({
      title: 'Delay of the event loops',
      asks: 'Does an instance come near `maxEventLoopDelaySeconds`?',
      unit: 's',
      targets: [plot(eachNow(P.eventLoopDelayP99), INSTANCE)],
      limits: LIMITS.loopDelaySeconds,
    }),
  ),
  createGraphBand(
    createGraph({
      title: 'Descriptors ÷ limit',
      asks: 'Does an instance come near `maxFileDescriptorRatio`?',
      unit: 'percentunit',
      targets: [
        plot(
          divide(
            eachNow(P.fileDescriptorCount),
            eachNow(P.fileDescriptorLimit),
          ),
          INSTANCE,
        ),
      ],
      limits: LIMITS.descriptorRatio,
      width: 8,
    }),
    createGraph({
      title: 'Oldest and most silent stream',
      asks: 'Would `maxConnectionSeconds` or `maxIdleSeconds` end streams, if they were set?',
      unit: 's',
      targets: [
        plot(maxNow(S.connectionAgeMax), 'oldest'),
        plot(maxNow(S.connectionIdleTimeMax), 'most silent'),
      ],
      limits: LIMITS.ageSeconds,
      width: 8,
    }),
    createGraph({
      title: 'Busiest client',
      asks: 'Does one client address come near `maxConnectionsPerClient`?',
      unit: 'short',
      targets: [plot(maxNow(S.clientConnectionsMax), 'busiest')],
      whenEmpty: 'behind a proxy: set trustProxy or clientAddress',
      width: 8,
    }),
  ),
];
