/** What the dashboards are called, and where they are. */

/** Files of `dashboards/` and of `rendered/`, in the order of reading. */
export const DASHBOARD_NAMES = [
  'overview',
  'connections',
  'delivery',
  'backpressure-and-memory',
  'guard',
  'clients',
  'pipeline',
  'probes',
] as const;
/** A dashboard. */
export type DashboardName = (typeof DASHBOARD_NAMES)[number];

/** On all dashboards of ours, by which they find each other. */
export const TAG = 'sse';

/** What does not change when a dashboard is renamed: links keep working. */
export function toUid(name: DashboardName): string {
  return `sse-${name}`;
}

/** Path of a dashboard within Grafana. */
export function toUrl(name: DashboardName): string {
  return `/d/${toUid(name)}`;
}

/** Said where a panel reads what is recorded of processes, and nothing is. */
export const NEEDS_RULES = 'needs prometheus/rules/recording-process.yaml';
