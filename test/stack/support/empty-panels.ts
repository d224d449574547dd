/** Panels of a dashboard that have no data, for one reason. */
export interface EmptyPanels {
  /** The dashboard's uid. */
  readonly dashboard: string;
  readonly reason: string;
  /** Titles; `Title: B` is that query alone. */
  readonly panels: readonly string[];
}

/** Panels that are rightly empty in a healthy system that is a minute old. */
export const EMPTY_WHEN_HEALTHY: readonly EmptyPanels[] = [
  {
    dashboard: 'sse-backpressure-and-memory',
    reason: 'the heap of a process is compared once it is 5 minutes old',
    panels: ['Growth of the heap', 'Spike of the heap', 'Growth since start'],
  },
  {
    dashboard: 'sse-connections',
    reason: 'there was no yesterday',
    panels: ['Opens, against yesterday: B'],
  },
  {
    dashboard: 'sse-guard',
    reason: 'no guard drains',
    panels: ['Drain: closes and reconnects: C'],
  },
  {
    dashboard: 'sse-overview',
    reason: 'no alert fires',
    panels: ['Alerts over time'],
  },
  {
    dashboard: 'sse-pipeline',
    reason: 'the Collector has the series once it failed to send or to queue',
    panels: [
      'Collector: refused and lost: C',
      'Collector: refused and lost: D',
    ],
  },
  {
    dashboard: 'sse-pipeline',
    reason: 'no route is beyond the limit',
    panels: ['Routes beyond the limit'],
  },
  {
    dashboard: 'sse-probes',
    reason: 'no probe runs here: see probe.test.ts',
    panels: [
      'Slowest first event',
      'Held back',
      'Next certificate ends',
      'Errors found',
      'Success',
      'First event',
      'Parts of the opening',
      'Findings',
      'HTTP version',
      'Certificates',
      'Held back by target',
      'Interval and heartbeat',
      'Resume',
    ],
  },
  {
    dashboard: 'sse-pipeline',
    reason: 'no notification failed',
    panels: ['Notifications: B'],
  },
];
