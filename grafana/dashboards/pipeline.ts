import type { DashboardOptions } from '../dashboard.ts';
import { PIPELINE_VARIABLE } from '../variables.ts';
import { alertmanager } from './pipeline/alertmanager.ts';
import { applications } from './pipeline/applications.ts';
import { collector } from './pipeline/collector.ts';
import { figures } from './pipeline/figures.ts';
import { prometheus } from './pipeline/prometheus.ts';

/** Whether what the other dashboards show can be believed. */
export const pipeline: DashboardOptions = {
  name: 'pipeline',
  title: 'SSE / Pipeline',
  asks: [
    'Can the other dashboards be believed: does everything report?',
    'Is anything lost on the way to Prometheus?',
    'Would an alert reach anybody?',
  ],
  shows:
    'Figures of what must be 0 and of what must be there. The age of each application’s last sample, its series. Folded, one row each: Collector, Prometheus, Alertmanager. *Pipeline instance* chooses the programs; *Job* and *Instance* choose the applications.',
  sections: [
    { bands: [...figures, applications] },
    { title: 'Collector', bands: collector },
    { title: 'Prometheus', isCollapsed: true, bands: prometheus },
    { title: 'Alertmanager', isCollapsed: true, bands: alertmanager },
  ],
  variables: [PIPELINE_VARIABLE],
};
