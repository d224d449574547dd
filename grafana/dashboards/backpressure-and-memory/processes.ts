import { PROCESS_METRICS } from '../../../src/semconv.ts';
import { LABELS, PER_INSTANCE } from '../../labels.ts';
import { createGraphBand } from '../../layout.ts';
import { plot, plotEach } from '../../panel-basics.ts';
import { createGraph } from '../../panels.ts';
import { aggregate, eachNow, maxNow, sumRate } from '../../queries.ts';
import { queryBusyShare } from '../../questions.ts';
import { LIMITS } from '../../thresholds.ts';
import { INSTANCE } from './ratios.ts';

const P = PROCESS_METRICS;

/** CPU, event loop and descriptors. */
export const processes = [
  createGraphBand(
    createGraph({
      title: 'CPU',
      asks: 'How many CPUs does each process use?',
      unit: 'none',
      targets: [plot(sumRate(P.cpuTime, { by: PER_INSTANCE }), INSTANCE)],
    }),
    createGraph({
      title: 'Event loop busy by instance',
      asks: 'Which process has no time left?',
      unit: 'percentunit',
      targets: [plot(queryBusyShare(), INSTANCE)],
      limits: LIMITS.loopRatio,
    }),
    createGraph({
      title: 'Event loop delay',
      asks: 'How long does a timer, and with it every event, have to wait?',
      unit: 's',
      targets: [
        plot(maxNow(P.eventLoopDelayP99), 'p99'),
        plot(maxNow(P.eventLoopDelayMax), 'longest'),
      ],
      limits: LIMITS.loopDelaySeconds,
    }),
  ),
  createGraphBand(
    createGraph({
      title: 'Resident memory by instance',
      asks: 'Does memory grow outside of the heap?',
      unit: 'bytes',
      targets: [plot(eachNow(P.memoryRss), INSTANCE)],
    }),
    createGraph({
      title: 'File descriptors',
      asks: 'How many descriptors does each process have open, of how many?',
      unit: 'short',
      targets: [
        plot(eachNow(P.fileDescriptorCount), INSTANCE),
        plot(
          aggregate('min', eachNow(P.fileDescriptorLimit)),
          'smallest limit',
        ),
      ],
      whenEmpty: 'Linux and macOS only',
    }),
    createGraph({
      title: 'CPU by mode',
      asks: 'Is CPU time spent in the application, or in the kernel: writing?',
      unit: 'none',
      isStacked: true,
      targets: [plotEach((by) => sumRate(P.cpuTime, { by }), LABELS.cpuMode)],
    }),
  ),
];
