import { expect, test } from 'vitest';
import { until } from '../support/poll.ts';
import { startCollector } from './support/collector.ts';
import { pathOf } from './support/files.ts';
import { get, sendTraffic, startHttpApp, TRAFFIC } from './support/http-app.ts';
import {
  type PrometheusServer,
  startPrometheusServer,
} from './support/prometheus-server.ts';

const RECIPE = pathOf('otel-collector/http-latency.yaml');
const APART = pathOf('otel-collector/http-latency-apart.yaml');
const STREAMS = 'sse_server_connection_duration_seconds_count';
const SHORT = TRAFFIC.shortRequests;

interface Pipeline {
  readonly hasViews: boolean;
  /** @defaultValue the recipe */
  readonly configs?: readonly string[];
  /** Those of the pipeline instead of the recipe's. */
  readonly processors?: string;
}

/**
 * Sends the traffic through a Collector, until its metrics are in Prometheus.
 *
 * @returns what the 99th percentile of short requests is below, in seconds.
 */
async function sendThrough(
  prometheus: PrometheusServer,
  { hasViews, configs = [RECIPE], processors }: Pipeline,
): Promise<number> {
  const overrides =
    processors === undefined
      ? []
      : [`yaml:service::pipelines::metrics::processors: [${processors}]`];
  const options = { prometheusUrl: prometheus.url, overrides };
  await using collector = await startCollector(configs, options);
  const exportTo = collector.url;
  await using app = await startHttpApp({ service: 'shop', hasViews, exportTo });
  expect(await get(`${app.url}/users/nobody/events`)).toBe(404);
  const limit = await sendTraffic(app);
  // Recorded as a stream closes, like the latency, and so exported with it.
  await until(
    'closed streams',
    () => prometheus.queryValue('sum(sse_server_closed_connections_total)'),
    (closed) => closed === TRAFFIC.streams,
  );
  return limit;
}

/** From the start of the application, so that no rate is needed. */
function readP99(prometheus: PrometheusServer): Promise<number | undefined> {
  return prometheus.queryValue(
    'histogram_quantile(0.99, sum by (le) (http_server_request_duration_seconds_bucket))',
  );
}

async function countByRoute(
  prometheus: PrometheusServer,
  metric = 'http_server_request_duration_seconds_count',
): Promise<Record<string, number>> {
  const samples = await prometheus.query(`sum by (http_route) (${metric})`);
  return Object.fromEntries(
    samples.map(({ labels, value }) => [labels['http_route'], value]),
  );
}

test('without the recipe, streams are the slowest requests', async () => {
  await using prometheus = await startPrometheusServer();
  const processors = 'memory_limiter, batch';
  await sendThrough(prometheus, { hasViews: false, processors });
  expect(await readP99(prometheus)).toBeGreaterThan(1);
  expect(await countByRoute(prometheus)).toEqual({
    '/users/:id': SHORT,
    '/users/:id/events': TRAFFIC.streams + 1,
  });
});

test('the recipe takes out what sseViews() has marked, and nothing else', async () => {
  await using prometheus = await startPrometheusServer();
  const limit = await sendThrough(prometheus, { hasViews: true });
  expect(await readP99(prometheus)).toBeLessThan(limit);
  expect(await countByRoute(prometheus)).toEqual({
    '/users/:id': SHORT,
    '/users/:id/events': 1,
  });
  expect(await countByRoute(prometheus, STREAMS)).toEqual({
    '/users/:id/events': TRAFFIC.streams,
  });
});

test('without the views, the recipe takes out the routes in its list', async () => {
  await using prometheus = await startPrometheusServer();
  const processors = 'memory_limiter, filter/stream_routes, batch';
  const limit = await sendThrough(prometheus, { hasViews: false, processors });
  expect(await readP99(prometheus)).toBeLessThan(limit);
  expect(await countByRoute(prometheus)).toEqual({ '/users/:id': SHORT });
  expect(await countByRoute(prometheus, STREAMS)).toEqual({
    '/users/:id/events': TRAFFIC.streams,
  });
});

test('the second recipe keeps streams under a name of their own', async () => {
  await using prometheus = await startPrometheusServer();
  const configs = [RECIPE, APART];
  const limit = await sendThrough(prometheus, { hasViews: true, configs });
  expect(await readP99(prometheus)).toBeLessThan(limit);
  expect(await countByRoute(prometheus)).toEqual({
    '/users/:id': SHORT,
    '/users/:id/events': 1,
  });
  expect(
    await countByRoute(prometheus, 'sse_http_request_duration_seconds_count'),
  ).toEqual({ '/users/:id/events': TRAFFIC.streams });
});
