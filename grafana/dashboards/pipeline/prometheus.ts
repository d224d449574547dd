import { PROMETHEUS } from '../../foreign-metrics.ts';
import { createGraphBand } from '../../layout.ts';
import { plot } from '../../panel-basics.ts';
import { createGraph } from '../../panels.ts';
import { divide, maxNow, sumNow, sumRate } from '../../queries.ts';
import { match } from '../../series.ts';
import { LIMITS } from '../../thresholds.ts';

const OTLP = [match('handler', '/api/v1/otlp/v1/metrics')];

/** Prometheus: samples, series, rules, disk. */
export const prometheus = [
  createGraphBand(
    createGraph({
      title: 'Prometheus: samples',
      asks: 'How many samples a second are stored?',
      unit: 'cps',
      targets: [plot(sumRate(PROMETHEUS.samples), 'stored')],
    }),
    createGraph({
      title: 'Prometheus: samples not stored',
      asks: 'Which samples come too late, or twice?',
      unit: 'cps',
      targets: [
        plot(sumRate(PROMETHEUS.outOfOrder), 'out of order'),
        plot(sumRate(PROMETHEUS.tooOld), 'too old'),
        plot(sumRate(PROMETHEUS.duplicates), 'twice'),
      ],
    }),
    createGraph({
      title: 'Prometheus: answers to OTLP',
      asks: 'Does Prometheus take what the Collector sends: anything but 2xx?',
      unit: 'cps',
      isStacked: true,
      targets: [
        plot(
          sumRate(PROMETHEUS.requests, {
            where: OTLP,
            by: ['code'],
          }),
          '{{code}}',
        ),
      ],
      whenEmpty: 'no OTLP',
    }),
  ),
  createGraphBand(
    createGraph({
      title: 'Prometheus: series',
      asks: 'How many series are there, and how many new ones a second?',
      unit: 'short',
      targets: [
        plot(sumNow(PROMETHEUS.series), 'in memory'),
        plot(sumRate(PROMETHEUS.seriesCreated), 'new a second'),
      ],
    }),
    createGraph({
      title: 'Prometheus: time for rules',
      asks: 'Does a group of rules take nearly as long as its interval?',
      unit: 'percentunit',
      targets: [
        plot(
          divide(
            maxNow(PROMETHEUS.ruleDuration, { by: ['rule_group'] }),
            maxNow(PROMETHEUS.ruleInterval, { by: ['rule_group'] }),
          ),
          '{{rule_group}}',
        ),
      ],
      // Groups are named after their file, with its whole path.
      keepOfLegend: '.*;(.*)',
      limits: LIMITS.ruleRatio,
      whenEmpty: 'no rules',
    }),
    createGraph({
      title: 'Prometheus: disk',
      asks: 'How much disk do blocks and log take?',
      unit: 'bytes',
      isStacked: true,
      targets: [
        plot(sumNow(PROMETHEUS.blocks), 'blocks'),
        plot(sumNow(PROMETHEUS.wal), 'write-ahead log'),
      ],
    }),
  ),
];
