import type { Selector } from './promql.ts';
import type { LocatedPanel } from './rendered.ts';

/** What a rule of queries.test.ts is not held to, and why. */
export interface Exemption {
  readonly why: string;
  readonly isFor: (selector: Selector, panel: LocatedPanel) => boolean;
}

/** Choices other than job and instance, and the matchers that make them. */
export const OTHER_CHOICES: readonly (Exemption & {
  readonly needs: readonly string[];
})[] = [
  {
    why: 'the job of a page is not the server’s, and pages have no instance',
    needs: ['job=~"$client"'],
    isFor: ({ name }) => /^(job_url_template:)?sse_client_/.test(name),
  },
  {
    why: 'an alert about a whole job has no instance',
    needs: ['job=~"$job|"', 'instance=~"$instance|"'],
    isFor: ({ name }) => name === 'ALERTS',
  },
  {
    why: 'the programs of the pipeline are chosen for themselves',
    needs: ['instance=~"$pipeline"'],
    isFor: ({ name }) =>
      /^(up|(otelcol|prometheus|alertmanager|process)_\w+)$/.test(name),
  },
  {
    why: 'a probe is of a target, wherever it runs',
    needs: ['target=~"$target"'],
    isFor: ({ name }) => name.startsWith('sse_probe_'),
  },
  {
    why: 'the rule added all instances up',
    needs: ['job=~"$job"', 'http_route=~"$route"'],
    isFor: ({ name }) => name.startsWith('job_http_route:'),
  },
];

/** Counters that are not under rate or increase. */
export const RAW_COUNTERS: readonly Exemption[] = [
  {
    why: 'the self-check compares totals since the start',
    isFor: (_, { at }) => at === 'SSE / Connections: Self-check',
  },
  {
    why: 'the age of a Collector is a counter’s value',
    isFor: ({ name }) => name === 'otelcol_process_uptime',
  },
];

/** Gauges that are not under last_over_time. */
export const RAW_GAUGES: readonly Exemption[] = [
  {
    why: 'the moment of the sample itself is asked for',
    isFor: ({ within }) => within.at(-1) === 'timestamp',
  },
];
