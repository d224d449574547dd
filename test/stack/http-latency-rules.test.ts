import { expect, test } from 'vitest';
import { until } from '../support/poll.ts';
import { findFreePort } from '../support/ports.ts';
import {
  get,
  type HttpApp,
  sendTraffic,
  startHttpApp,
  TRAFFIC,
} from './support/http-app.ts';
import {
  type PrometheusServer,
  startPrometheusServer,
} from './support/prometheus-server.ts';

const RULES = ['prometheus/rules/http-latency.yaml'];
const P99 = 'http_server_short_request_duration_seconds:p99_5m';

/** A series has no rate before its second sample: the first must not be late. */
async function startSeries(
  prometheus: PrometheusServer,
  job: string,
  { url }: HttpApp,
): Promise<void> {
  await get(`${url}/users/1`);
  await get(`${url}/users/1/events?milliseconds=0`);
  await untilClosed(prometheus, job, 1);
}

async function untilClosed(
  prometheus: PrometheusServer,
  job: string,
  count: number,
): Promise<void> {
  const query = `sum(sse_server_closed_connections_total{job="${job}"})`;
  await until(
    `closed streams of ${job}`,
    () => prometheus.queryValue(query),
    (closed) => closed === count,
  );
}

/** Sends the traffic, and compares the latency with streams and without. */
async function expectCleanLatency(
  prometheus: PrometheusServer,
  job: string,
  app: HttpApp,
): Promise<void> {
  await startSeries(prometheus, job, app);
  const limit = await sendTraffic(app);
  await untilClosed(prometheus, job, TRAFFIC.streams + 1);
  const rates = ['seconds_', '']
    .map((unit) => `http_server_request_duration_${unit}bucket`)
    .map((name) => `rate(${name}{job="${job}"}[5m])`);
  const raw = `histogram_quantile(0.99, sum by (le) (${rates.join(' or ')}))`;
  expect(await prometheus.queryValue(raw)).toBeGreaterThan(1);
  // The rules are evaluated in their own time.
  const clean = await until(
    `the rule's latency of ${job}`,
    () => prometheus.queryValue(`job:${P99}{job="${job}"}`),
    (seconds) => seconds !== undefined && seconds > 0,
  );
  expect(clean).toBeLessThan(limit);
}

async function readRoutes(
  prometheus: PrometheusServer,
  job: string,
): Promise<(string | undefined)[]> {
  // A scrape is a request too, of no route.
  const samples = await prometheus.query(
    `job_http_route:${P99}{job="${job}",http_route!=""}`,
  );
  return samples.map(({ labels }) => labels['http_route']).sort();
}

test('the rules need no change in an application that is scraped', async () => {
  const port = await findFreePort();
  const scrape = { shop: port };
  await using prometheus = await startPrometheusServer({
    scrape,
    rules: RULES,
  });
  await using app = await startHttpApp({
    service: 'shop',
    hasViews: false,
    exportTo: port,
  });
  await expectCleanLatency(prometheus, 'shop', app);
  expect(await readRoutes(prometheus, 'shop')).toEqual(['/users/:id']);
});

test('the rules need no change in an application that sends OTLP', async () => {
  await using prometheus = await startPrometheusServer({ rules: RULES });
  await using app = await startHttpApp({
    service: 'shop',
    hasViews: false,
    exportTo: `${prometheus.url}/api/v1/otlp`,
  });
  await expectCleanLatency(prometheus, 'shop', app);
  expect(await readRoutes(prometheus, 'shop')).toEqual(['/users/:id']);
});

test('with sseViews() the short answers of a stream route count', async () => {
  const port = await findFreePort();
  const scrape = { shop: port };
  await using prometheus = await startPrometheusServer({
    scrape,
    rules: RULES,
  });
  await using app = await startHttpApp({
    service: 'shop',
    hasViews: true,
    exportTo: port,
  });
  expect(await get(`${app.url}/users/nobody/events`)).toBe(404);
  await expectCleanLatency(prometheus, 'shop', app);
  expect(await readRoutes(prometheus, 'shop')).toEqual([
    '/users/:id',
    '/users/:id/events',
  ]);
});
