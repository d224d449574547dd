/** What is chosen at the top of a dashboard. */
import type { Builder } from '@grafana/grafana-foundation-sdk/cog';
import {
  DatasourceVariableBuilder,
  QueryVariableBuilder,
  type VariableModel,
  VariableRefresh,
  VariableSort,
} from '@grafana/grafana-foundation-sdk/dashboard';

import {
  CLIENT_METRICS,
  PROBE_METRICS,
  PROCESS_METRICS,
  SERVER_METRICS,
} from '../src/semconv.ts';
import { ALERTMANAGER, COLLECTOR, PROMETHEUS } from './foreign-metrics.ts';
import { LABELS } from './labels.ts';
import { nameOf } from './series.ts';

/** The data source that `provisioning/` makes. */
export const DATASOURCE_UID = 'prometheus';

/** The data source that was chosen. */
export const DATASOURCE = {
  type: 'prometheus',
  uid: '$datasource',
} as const;

const UPTIME = nameOf(PROCESS_METRICS.uptime);
const OPENED = nameOf(SERVER_METRICS.openedConnections);
const CHOSEN_JOBS = 'job=~"$job"';
const CHOSEN_INSTANCES = 'instance=~"$instance"';

/** On every dashboard; a link from one to the next keeps what was chosen. */
export const VARIABLES: readonly Builder<VariableModel>[] = [
  new DatasourceVariableBuilder('datasource')
    .label('Data source')
    .type('prometheus')
    .current({ selected: true, text: 'Prometheus', value: DATASOURCE_UID }),
  // Nothing switches the uptime off: an application without a stream has it.
  createVariable('job', 'Job', UPTIME, [], LABELS.job),
  createVariable(
    'instance',
    'Instance',
    UPTIME,
    [CHOSEN_JOBS],
    LABELS.instance,
  ),
  createVariable(
    'route',
    'Route',
    OPENED,
    [CHOSEN_JOBS, CHOSEN_INSTANCES],
    LABELS.route,
  ).allValue('.*'),
];

/** The jobs of clients: pages are not the servers' job. */
export const CLIENT_VARIABLE = createVariable(
  'client',
  'Client job',
  nameOf(CLIENT_METRICS.connectedTime),
  [],
  LABELS.job,
);

/** The Collectors, Prometheuses and Alertmanagers. */
export const PIPELINE_VARIABLE = createVariable(
  'pipeline',
  'Pipeline instance',
  '',
  [
    `__name__=~"${[COLLECTOR.uptime, PROMETHEUS.reloaded, ALERTMANAGER.reloaded]
      .map(nameOf)
      .join('|')}"`,
  ],
  LABELS.instance,
);

/** What is probed. */
export const TARGET_VARIABLE = createVariable(
  'target',
  'Target',
  PROBE_METRICS.success.name,
  [],
  LABELS.target,
);

function createVariable(
  name: string,
  label: string,
  metric: string,
  matchers: readonly string[],
  from: string,
): QueryVariableBuilder {
  const series =
    matchers.length > 0 ? `${metric}{${matchers.join(', ')}}` : metric;
  const query = `label_values(${series}, ${from})`;
  return new QueryVariableBuilder(name)
    .label(label)
    .datasource(DATASOURCE)
    .query({ query, refId: name })
    .definition(query)
    .refresh(VariableRefresh.OnTimeRangeChanged)
    .sort(VariableSort.NaturalAsc)
    .multi(true)
    .includeAll(true)
    .allValue('.+')
    .current({ selected: true, text: ['All'], value: ['$__all'] });
}
