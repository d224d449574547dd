import { COLLECTOR, GO_PROGRAM } from '../../foreign-metrics.ts';
import { LABELS, PER_INSTANCE, showLabels } from '../../labels.ts';
import { createGraphBand } from '../../layout.ts';
import { plot } from '../../panel-basics.ts';
import { createGraph } from '../../panels.ts';
import { aggregate, maxNow, sumRate } from '../../queries.ts';
import { selectSeries } from '../../series.ts';
import { LIMITS } from '../../thresholds.ts';
import { queryQueueFill } from './ratios.ts';

/** The Collector: in, out, queue. */
export const collector = [
  createGraphBand(
    createGraph({
      title: 'Collector: points in and out',
      asks: 'Does all that comes in go out?',
      unit: 'cps',
      targets: [
        plot(
          sumRate(COLLECTOR.accepted, { by: ['receiver'] }),
          'in, {{receiver}}',
        ),
        plot(
          sumRate(COLLECTOR.sent, { by: ['exporter'] }),
          'out, {{exporter}}',
        ),
      ],
      whenEmpty: 'no Collector',
    }),
    createGraph({
      title: 'Collector: refused and lost',
      asks: 'What does the Collector turn away, and what does it lose?',
      unit: 'cps',
      targets: [
        plot(sumRate(COLLECTOR.refused), 'refused'),
        plot(sumRate(COLLECTOR.failed), 'failed inside'),
        plot(sumRate(COLLECTOR.sendFailed), 'not sent'),
        plot(sumRate(COLLECTOR.enqueueFailed), 'no room in the queue'),
      ],
      whenEmpty: 'no Collector',
    }),
    createGraph({
      title: 'Collector: queue',
      asks: 'Does Prometheus take what the Collector sends?',
      unit: 'percentunit',
      targets: [plot(queryQueueFill(), '{{exporter}} {{instance}}')],
      limits: LIMITS.queueRatio,
      whenEmpty: 'no Collector',
    }),
  ),
  createGraphBand(
    createGraph({
      title: 'Collector: items dropped by processors',
      asks: 'Which processor lets fewer items out than came in (the two filters part servers from browsers: every point is dropped by one)?',
      unit: 'cps',
      targets: [
        plot(
          `${sumRate(COLLECTOR.incoming, { by: ['processor'] })} - ${sumRate(COLLECTOR.outgoing, { by: ['processor'] })}`,
          '{{processor}}',
        ),
      ],
      whenEmpty: 'no Collector',
    }),
    createGraph({
      title: 'Collector: series of browsers',
      asks: 'How many series does the Collector add up for browsers?',
      unit: 'short',
      targets: [
        plot(
          maxNow(COLLECTOR.deltaStreams, { by: PER_INSTANCE }),
          showLabels(LABELS.instance),
        ),
      ],
      whenEmpty: 'no Collector, or no browsers',
    }),
    createGraph({
      title: 'Uptime of the pipeline',
      asks: 'Has a program of the pipeline been restarted?',
      unit: 's',
      targets: [
        plot(
          aggregate('max', selectSeries(COLLECTOR.uptime), PER_INSTANCE),
          showLabels(LABELS.job),
        ),
        plot(
          `time() - ${maxNow(GO_PROGRAM.startTime, { by: PER_INSTANCE })}`,
          showLabels(LABELS.job),
        ),
      ],
    }),
  ),
];
