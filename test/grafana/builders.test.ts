import { expect, test } from 'vitest';
import {
  aggregate,
  estimateQuantile,
  findWorstQuantile,
  maxNow,
  shareAbove,
  sumNow,
  sumRate,
} from '../../grafana/queries.ts';
import { match, matchEdge, matchOneOf } from '../../grafana/series.ts';
import { toSteps } from '../../grafana/thresholds.ts';
import {
  CLIENT_METRICS,
  PROCESS_METRICS,
  SERVER_METRICS,
} from '../../src/semconv.ts';
import { findSelectors, findWords } from './support/promql.ts';

const CHOSEN = 'job=~"$job", instance=~"$instance"';
const CHOSEN_ROUTES = `${CHOSEN}, http_route=~"$route"`;

test('a counter becomes a rate, by labels and with further matchers', () => {
  const query = sumRate(SERVER_METRICS.closedConnections, {
    where: [match('a', 'b"c'), matchOneOf('d', ['e', 'f'])],
    by: ['d'],
  });
  expect(query).toBe(
    `sum by (d) (rate(sse_server_closed_connections_total{${CHOSEN_ROUTES}, a="b\\"c", d=~"e|f"}[$__rate_interval]))`,
  );
});

test('gauges are added up or not, and have a route or not', () => {
  expect(sumNow(SERVER_METRICS.queueSize)).toBe(
    `sum(last_over_time(sse_server_queue_size_bytes{${CHOSEN_ROUTES}}[3m]))`,
  );
  expect(maxNow(PROCESS_METRICS.heapUsed, { by: ['job'] })).toBe(
    `max by (job) (last_over_time(sse_process_heap_used_bytes{${CHOSEN}}[3m]))`,
  );
});

test('quantiles of sampled histograms are those of the worst instance', () => {
  expect(findWorstQuantile(0.5, SERVER_METRICS.eventInterval)).toBe(
    `max(job_instance_http_route:sse_server_event_interval_seconds:p50_5m{${CHOSEN_ROUTES}})`,
  );
  expect(estimateQuantile(0.5, SERVER_METRICS.connectionDuration)).toBe(
    `histogram_quantile(0.5, sum by (le) (rate(sse_server_connection_duration_seconds_bucket{${CHOSEN_ROUTES}}[$__rate_interval]))) >= 0`,
  );
});

test('an edge is matched with and without .0, and a fraction as it is', () => {
  expect(matchEdge(1)).toBe(String.raw`le=~"1(\\.0)?"`);
  expect(matchEdge(0.05)).toBe(String.raw`le=~"0\\.05"`);
});

test('a share above an edge that the histogram lacks is an error', () => {
  expect(() => shareAbove(0.06, CLIENT_METRICS.eventHandlerDuration)).toThrow(
    'sse.client.event.handler.duration has no boundary 0.06',
  );
});

test('limits become steps, worse above or worse below', () => {
  const show = (limits: Parameters<typeof toSteps>[0]) =>
    toSteps(limits).map(({ value, color }) => `${value} ${color}`);
  expect(show(undefined)).toEqual(['null text']);
  expect(show({ warning: 1, alarm: 2 })).toEqual([
    'null green',
    '1 orange',
    '2 red',
  ]);
  expect(show({ warning: 2, alarm: 1, isWorseBelow: true })).toEqual([
    'null red',
    '1 orange',
    '2 green',
  ]);
  expect(show({ alarm: 1, isWorseBelow: true })).toEqual([
    'null red',
    '1 green',
  ]);
});

test('the reader of these tests finds selectors, and what they are in', () => {
  const query = `${aggregate('max', 'abs(rate(a{b=~"(c|d)", e="f"}[5m]) - g:h{})', ['i'])} / on (j) group_left () time()`;
  expect(findSelectors(query)).toEqual([
    {
      name: 'a',
      matchers: ['b=~"(c|d)"', 'e="f"'],
      range: '5m',
      within: ['max by (i)', 'abs', 'rate'],
    },
    { name: 'g:h', matchers: [], within: ['max by (i)', 'abs'] },
  ]);
  expect(findWords(`${query} + bare`)).toEqual([
    'max',
    'abs',
    'rate',
    'time',
    'bare',
  ]);
});
