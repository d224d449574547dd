import { expect, test } from 'vitest';
import { until } from '../support/poll.ts';
import { findFreePort } from '../support/ports.ts';
import { startCollector } from './support/collector.ts';
import { pathOf } from './support/files.ts';
import { get, startHttpApp } from './support/http-app.ts';
import { startHttpDoor } from './support/http-door.ts';
import { isKnown, listKnownNames, readRules } from './support/metric-names.ts';
import { createSender, deliver } from './support/otlp-sender.ts';
import { query } from './support/prometheus-api.ts';
import { startPrometheusServer } from './support/prometheus-server.ts';
import { startVictoriaMetrics } from './support/victoria-metrics.ts';

const KNOWN = listKnownNames();

async function startTier(
  files: readonly string[],
  env: Readonly<Record<string, string>>,
) {
  const port = await findFreePort();
  return startCollector(
    files.map((file) => pathOf(`otel-collector/${file}`)),
    {
      prometheusUrl: '',
      overrides: [
        `yaml:receivers::otlp::protocols::grpc::endpoint: 127.0.0.1:${port}`,
      ],
      env,
    },
  );
}

/** An agent, a gateway with a storage, and what a server and a page send. */
async function sendThrough(
  overlay: string,
  env: Readonly<Record<string, string>>,
  readFrom: string,
): Promise<void> {
  await using gateway = await startTier(['gateway.yaml', overlay], env);
  await using agent = await startTier(['config.yaml'], {
    EXPORT_URL: gateway.url,
    COLLECTOR_ID: 'agent-0',
  });
  await using app = await startHttpApp({
    service: 'shop',
    hasViews: false,
    exportTo: agent.url,
    env: { OTEL_RESOURCE_ATTRIBUTES: 'service.instance.id=shop-1' },
  });
  const send = createSender({
    url: agent.url,
    temporality: 'delta',
    resource: { 'telemetry.sdk.language': 'webjs' },
  });
  for (let round = 0; round < 5; round++) {
    const points = [{ value: 1 }];
    await deliver(send, { name: 'sse.client.received.events', points });
    await get(`${app.url}/users/1/events?milliseconds=200`);
  }
  const totals = {
    'page agent-0': 5,
    'shop shop-1': 5,
  };
  const read = async () => {
    const samples = await query(
      readFrom,
      'sum by (job, instance) (sse_client_received_events_total) or sum by (job, instance) (sse_server_closed_connections_total)',
    );
    const entries = samples.map(({ labels, value }) => [
      `${labels['job']} ${labels['instance']}`,
      value,
    ]);
    return Object.fromEntries(entries) as Record<string, number>;
  };
  const isComplete = (found: Record<string, number>) =>
    Object.entries(totals).every(([name, count]) => found[name] === count);
  expect(await until('all', read, isComplete, 30_000)).toEqual(totals);
  const series = await query(
    readFrom,
    'count by (__name__) ({__name__=~"sse_.+"})',
  );
  const names = series.map(({ labels }) => labels['__name__'] ?? '');
  expect(names.length).toBeGreaterThan(30);
  expect(names.filter((name) => !isKnown(name, KNOWN))).toEqual([]);
}

test('VictoriaMetrics has all figures, and answers every rule', async () => {
  await using victoria = await startVictoriaMetrics();
  const { url } = victoria;
  await sendThrough(
    'victoria-metrics.yaml',
    { EXPORT_URL: `${url}/api/v1/write` },
    url,
  );
  // The first values too, although remote write says of no series when it began.
  const increases = await query(
    url,
    'sum(increase(sse_server_closed_connections_total[5m]))',
  );
  expect(increases.map(({ value }) => value)).toEqual([5]);
  const recorded = new Map<string, number>();
  for (const { name, expr, isAlert } of readRules()) {
    const { length } = await query(url, expr);
    if (!isAlert) recorded.set(name, length);
  }
  expect(recorded.size).toBeGreaterThan(100);
  const streams = recorded.get(
    'job_instance:sse_server_active_connections:sum',
  );
  expect(streams).toBe(1);
});

test('Prometheus has by remote write what it has by OTLP', async () => {
  await using prometheus = await startPrometheusServer({
    flags: ['--web.enable-remote-write-receiver'],
  });
  const { url } = prometheus;
  const env = { EXPORT_URL: `${url}/api/v1/write` };
  await sendThrough('remote-write.yaml', env, url);
});

test('Thanos Receive is sent remote write, with the tenant', async () => {
  await using prometheus = await startPrometheusServer({
    flags: ['--web.enable-remote-write-receiver'],
  });
  await using door = await startHttpDoor(
    () => `${prometheus.url}/api/v1/write`,
  );
  const env = { EXPORT_URL: `${door.url}/api/v1/receive`, TENANT: 'shop-eu' };
  await sendThrough('thanos-receive.yaml', env, prometheus.url);
  for (const { path, headers } of door.passed) {
    expect(path).toBe('/api/v1/receive');
    expect(headers).toMatchObject({
      'thanos-tenant': 'shop-eu',
      'content-type': 'application/x-protobuf',
      'content-encoding': 'snappy',
    });
  }
  expect(door.passed).not.toEqual([]);
});

test('Mimir is sent OTLP, with the tenant', async () => {
  await using prometheus = await startPrometheusServer();
  await using door = await startHttpDoor(
    (path) => `${prometheus.url}/api/v1${path}`,
  );
  const env = { EXPORT_URL: `${door.url}/otlp`, TENANT: 'shop-eu' };
  await sendThrough('mimir.yaml', env, prometheus.url);
  for (const { path, headers } of door.passed) {
    expect(path).toBe('/otlp/v1/metrics');
    expect(headers).toMatchObject({ 'x-scope-orgid': 'shop-eu' });
  }
  expect(door.passed).not.toEqual([]);
});
