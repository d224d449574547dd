import {
  ALERTMANAGER,
  COLLECTOR,
  GO_PROGRAM,
  PROMETHEUS,
} from '../../foreign-metrics.ts';
import { LABELS, PER_INSTANCE, showLabels } from '../../labels.ts';
import { createGraphBand } from '../../layout.ts';
import { plot } from '../../panel-basics.ts';
import { createGraph } from '../../panels.ts';
import { estimateQuantile, maxNow, sumNow, sumRate } from '../../queries.ts';
import { match } from '../../series.ts';

/** From alert to person, and what the pipeline needs itself. */
export const alertmanager = [
  createGraphBand(
    createGraph({
      title: 'Alerts to Alertmanager',
      asks: 'Do alerts reach Alertmanager?',
      unit: 'cps',
      targets: [
        plot(sumRate(PROMETHEUS.alertsSent), 'sent'),
        plot(sumRate(PROMETHEUS.alertErrors), 'errors'),
        plot(sumRate(PROMETHEUS.alertsDropped), 'dropped'),
      ],
    }),
    createGraph({
      title: 'Notifications',
      asks: 'Who is told, by which way, and which way fails?',
      unit: 'cps',
      targets: [
        plot(
          `${sumRate(ALERTMANAGER.notifications, { by: ['integration'] })} > 0`,
          '{{integration}}',
        ),
        plot(
          `${sumRate(ALERTMANAGER.notificationsFailed, { by: ['integration'] })} > 0`,
          '{{integration}} failed',
        ),
      ],
      whenEmpty: 'nobody was told of anything',
    }),
    createGraph({
      title: 'Alerts and silences',
      asks: 'How many alerts does Alertmanager hold, and how many are silenced?',
      unit: 'short',
      targets: [
        plot(
          sumNow(ALERTMANAGER.alerts, { by: ['state'] }),
          'alerts, {{state}}',
        ),
        plot(
          sumNow(ALERTMANAGER.silences, {
            by: ['state'],
            where: [match('state', 'active')],
          }),
          'silences',
        ),
      ],
    }),
  ),
  createGraphBand(
    createGraph({
      title: 'Time to notify',
      asks: 'How long does it take to tell somebody, once it is decided?',
      unit: 's',
      targets: [
        plot(
          estimateQuantile(0.95, ALERTMANAGER.notificationLatency, {
            by: ['integration'],
          }),
          '{{integration}} p95',
        ),
      ],
      whenEmpty: 'nobody was told of anything',
    }),
    createGraph({
      title: 'Memory of the pipeline',
      asks: 'Does a program of the pipeline need more and more memory?',
      unit: 'bytes',
      targets: [
        plot(
          maxNow(GO_PROGRAM.memory, { by: PER_INSTANCE }),
          showLabels(LABELS.job),
        ),
        plot(
          maxNow(COLLECTOR.memory, { by: PER_INSTANCE }),
          showLabels(LABELS.job),
        ),
      ],
    }),
    createGraph({
      title: 'CPU of the pipeline',
      asks: 'How many CPUs does each program of the pipeline use?',
      unit: 'none',
      targets: [
        plot(
          sumRate(GO_PROGRAM.cpu, { by: PER_INSTANCE }),
          showLabels(LABELS.job),
        ),
        plot(
          sumRate(COLLECTOR.cpu, { by: PER_INSTANCE }),
          showLabels(LABELS.job),
        ),
      ],
    }),
  ),
];
