import { PROCESS_METRICS, SERVER_METRICS } from '../../../src/semconv.ts';
import { createStatBand } from '../../layout.ts';
import { plot } from '../../panel-basics.ts';
import { createStat } from '../../panels.ts';
import {
  aggregate,
  divide,
  maxNow,
  sumIncrease,
  sumNow,
} from '../../queries.ts';
import { queryBusyShare, queryHeapRatio } from '../../questions.ts';
import { LIMITS } from '../../thresholds.ts';
import { queryDescriptorRatio, queryHeapRule } from './ratios.ts';

const S = SERVER_METRICS;
const P = PROCESS_METRICS;

/** What ends a process. */
export const figures = [
  createStatBand(
    createStat({
      title: 'Heap of its limit',
      asks: 'How full is the heap of the fullest process?',
      unit: 'percentunit',
      targets: [plot(aggregate('max', queryHeapRatio()), 'of its limit')],
      limits: LIMITS.heapRatio,
    }),
    createStat({
      title: 'Largest heap',
      asks: 'Does a process use more heap than 512 MB, or than 1 GB?',
      unit: 'bytes',
      targets: [plot(maxNow(P.heapUsed), 'used')],
      limits: LIMITS.heapBytes,
    }),
    createStat({
      title: 'Growth of the heap',
      asks: 'Does what the heap keeps grow by more than 0.1 MB/s since the process was warm: a leak?',
      unit: 'Bps',
      targets: [
        plot(
          aggregate('max', queryHeapRule('growth_rate_start')),
          'since start',
        ),
      ],
      limits: LIMITS.heapGrowthPerSecond,
      whenEmpty: 'not warm yet',
    }),
    createStat({
      title: 'Event loop busy',
      asks: 'Does a process have time left for its next event?',
      unit: 'percentunit',
      targets: [plot(aggregate('max', queryBusyShare()), 'busiest')],
      limits: LIMITS.loopRatio,
    }),
    createStat({
      title: 'Descriptors',
      asks: 'How near is a process to its limit of file descriptors?',
      unit: 'percentunit',
      targets: [plot(aggregate('max', queryDescriptorRatio()), 'of its limit')],
      limits: LIMITS.descriptorRatio,
      whenEmpty: 'Linux and macOS only',
    }),
    createStat({
      title: 'Blocked streams',
      asks: 'Which share of the open streams has a client that does not keep up?',
      unit: 'percentunit',
      targets: [
        plot(
          divide(sumNow(S.blockedConnections), sumNow(S.activeConnections)),
          'of open streams',
        ),
      ],
      limits: LIMITS.blockedRatio,
      whenEmpty: 'none open',
    }),
  ),
  createStatBand(
    createStat({
      title: 'Queue',
      asks: 'How many bytes wait in memory for clients?',
      unit: 'bytes',
      targets: [plot(sumNow(S.queueSize), 'waiting')],
    }),
    createStat({
      title: 'Longest queue',
      asks: 'How much has one client let pile up in the last minute, of the 10 MB that it may?',
      unit: 'bytes',
      targets: [plot(maxNow(S.connectionQueueMax), 'one connection')],
      limits: LIMITS.queueBytes,
    }),
    createStat({
      title: 'Ignored backpressure',
      asks: 'How many writes in the last 5 minutes were made although write() had returned false?',
      unit: 'short',
      decimals: 0,
      targets: [plot(sumIncrease(S.blockedWrites, '5m'), 'in 5 min')],
      limits: LIMITS.rather,
    }),
    createStat({
      title: 'Spike of the heap',
      asks: 'By how much is the heap’s floor above that of 5 minutes ago?',
      unit: 'percentunit',
      targets: [
        plot(
          `${aggregate('max', queryHeapRule('ratio_offset5m'))} - 1`,
          'in 5 min',
        ),
      ],
      limits: LIMITS.heapSpike,
      whenEmpty: 'not warm yet',
    }),
    createStat({
      title: 'Event loop delay p99',
      asks: 'For how long does the event loop leave everybody waiting?',
      unit: 's',
      targets: [plot(maxNow(P.eventLoopDelayP99), 'p99')],
      limits: LIMITS.loopDelaySeconds,
    }),
    createStat({
      title: 'Resident memory',
      asks: 'How much memory do all processes hold?',
      unit: 'bytes',
      targets: [plot(sumNow(P.memoryRss), 'resident')],
    }),
  ),
];
