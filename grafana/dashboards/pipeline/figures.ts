import {
  ALERTMANAGER,
  COLLECTOR,
  PROMETHEUS,
  WRITTEN_BY_PROMETHEUS,
} from '../../foreign-metrics.ts';
import { createStatBand } from '../../layout.ts';
import { NEEDS_RULES } from '../../names.ts';
import { plot } from '../../panel-basics.ts';
import { createStat } from '../../panels.ts';
import {
  aggregate,
  defaultToZero,
  maxNow,
  sumIncrease,
} from '../../queries.ts';
import { selectSeries } from '../../series.ts';
import { LIMITS } from '../../thresholds.ts';
import { queryQueueFill, querySampleAge, querySeriesCount } from './ratios.ts';

/** What must be 0, and what must be there. */
export const figures = [
  createStatBand(
    createStat({
      title: 'Programs down',
      asks: 'Is a Collector, a Prometheus, an Alertmanager or a scraped application not there?',
      unit: 'short',
      targets: [
        plot(
          defaultToZero(
            aggregate(
              'count',
              `${selectSeries(WRITTEN_BY_PROMETHEUS.up)} == 0`,
            ),
          ),
          'down',
        ),
      ],
      limits: LIMITS.one,
    }),
    createStat({
      title: 'Oldest last sample',
      asks: 'Does an application report no more?',
      unit: 's',
      targets: [plot(aggregate('max', querySampleAge()), 'oldest')],
      limits: LIMITS.sampleAgeSeconds,
      whenEmpty: 'none reports',
    }),
    createStat({
      title: 'Collector refused',
      asks: 'How many points did the Collector send back in the last 5 minutes, for want of memory?',
      unit: 'short',
      decimals: 0,
      targets: [plot(sumIncrease(COLLECTOR.refused, '5m'), 'points')],
      limits: LIMITS.rather,
      whenEmpty: 'no Collector',
    }),
    createStat({
      title: 'Collector lost',
      asks: 'How many points could the Collector neither send nor keep in the last 5 minutes?',
      unit: 'short',
      decimals: 0,
      targets: [plot(defaultToZero(queryLost()), 'points')],
      limits: LIMITS.one,
    }),
    createStat({
      title: 'Rules failing',
      asks: 'How many evaluations of rules failed, or were skipped, in the last 5 minutes?',
      unit: 'short',
      decimals: 0,
      targets: [
        plot(sumIncrease(PROMETHEUS.ruleFailures, '5m'), 'failed'),
        plot(sumIncrease(PROMETHEUS.ruleMisses, '5m'), 'skipped'),
      ],
      limits: LIMITS.one,
    }),
    createStat({
      title: 'Notifications failed',
      asks: 'How many notifications reached nobody in the last 5 minutes?',
      unit: 'short',
      decimals: 0,
      targets: [
        plot(
          sumIncrease(ALERTMANAGER.notificationsFailed, '5m'),
          'by Alertmanager',
        ),
        plot(
          sumIncrease(PROMETHEUS.alertsDropped, '5m'),
          'dropped by Prometheus',
        ),
      ],
      limits: LIMITS.one,
    }),
  ),
  createStatBand(
    createStat({
      title: 'Collector queue',
      asks: 'How full is the queue of what Prometheus has not taken yet?',
      unit: 'percentunit',
      targets: [plot(aggregate('max', queryQueueFill()), 'fullest')],
      limits: LIMITS.queueRatio,
      whenEmpty: 'no Collector',
    }),
    createStat({
      title: 'Series per instance',
      asks: 'Does an instance make more series than 20 routes need?',
      unit: 'short',
      targets: [plot(aggregate('max', querySeriesCount()), 'most')],
      limits: LIMITS.seriesPerInstance,
      whenEmpty: NEEDS_RULES,
    }),
    createStat({
      title: 'Instances reporting',
      asks: 'How many processes report, and is any missing?',
      unit: 'short',
      targets: [plot(defaultToZero(queryReporting()), 'report')],
      limits: LIMITS.present,
    }),
    createStat({
      title: 'Alertmanagers known',
      asks: 'Has Prometheus somebody to send alerts to?',
      unit: 'short',
      targets: [plot(maxNow(PROMETHEUS.alertmanagers), 'known')],
      limits: LIMITS.present,
    }),
    createStat({
      title: 'Prometheus config',
      asks: 'Did Prometheus take its last configuration (1)?',
      unit: 'short',
      targets: [plot(queryLoaded(PROMETHEUS.reloaded), 'taken')],
      limits: LIMITS.present,
    }),
    createStat({
      title: 'Alertmanager config',
      asks: 'Did Alertmanager take its last configuration (1)?',
      unit: 'short',
      targets: [plot(queryLoaded(ALERTMANAGER.reloaded), 'taken')],
      limits: LIMITS.present,
    }),
  ),
];

function queryReporting(): string {
  return aggregate('count', `${querySampleAge()} < 180`);
}

function queryLost(): string {
  return [COLLECTOR.sendFailed, COLLECTOR.enqueueFailed]
    .map((metric) => `(${defaultToZero(sumIncrease(metric, '5m'))})`)
    .join(' + ');
}

function queryLoaded(
  metric: typeof PROMETHEUS.reloaded | typeof ALERTMANAGER.reloaded,
) {
  return aggregate('min', selectSeries(metric));
}
