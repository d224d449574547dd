/** What is marked in all graphs of a dashboard. */

import type { Builder } from '@grafana/grafana-foundation-sdk/cog';
import {
  type AnnotationQuery,
  AnnotationQueryBuilder,
} from '@grafana/grafana-foundation-sdk/dashboard';
import { DataqueryBuilder } from '@grafana/grafana-foundation-sdk/prometheus';
import { PROCESS_METRICS } from '../src/semconv.ts';
import { WRITTEN_BY_PROMETHEUS } from './foreign-metrics.ts';
import { match, selectSeries } from './series.ts';
import { DATASOURCE } from './variables.ts';

const UPTIME = selectSeries(PROCESS_METRICS.uptime);
const FIRING = selectSeries(WRITTEN_BY_PROMETHEUS.alerts, {
  where: [match('alertstate', 'firing')],
});

/** Alerts while they fire, and the moment at which a process started. */
export const ANNOTATIONS: readonly Builder<AnnotationQuery>[] = [
  createAnnotation('Alerts', FIRING)
    .iconColor('red')
    .titleFormat('{{alertname}}')
    .textFormat('{{severity}} {{job}} {{instance}}')
    .tagKeys('severity'),
  // The moment itself, whenever it was first seen; resets() would not show a
  // restart that brings a new name of the instance. Rounded: clocks tremble.
  createAnnotation(
    'Restarts',
    `round(timestamp(${UPTIME}) - (${UPTIME} < 300)) * 1000`,
  )
    .useValueForTime(true)
    .iconColor('purple')
    .titleFormat('Started: {{instance}}')
    .textFormat('{{job}}'),
];

function createAnnotation(
  name: string,
  expression: string,
): AnnotationQueryBuilder {
  return new AnnotationQueryBuilder()
    .name(name)
    .datasource(DATASOURCE)
    .enable(true)
    .expr(expression)
    .step('60s')
    .target(
      new DataqueryBuilder().expr(expression).refId(name).interval('60s'),
    );
}
