/**
 * Installs auto-instrumentations-node, as a user of it has it: its Prometheus
 * exporter has no views of ours.
 */
import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  createScratch,
  REGISTER,
  type Scratch,
} from '../../scripts/packed/project.ts';
import { until } from '../support/poll.ts';
import { findFreePort } from '../support/ports.ts';
import { get } from './support/http-app.ts';
import {
  listBareSeries,
  listClientMetrics,
  listMetrics,
  listSeries,
  readRules,
} from './support/metric-names.ts';
import { type Running, startProcess } from './support/process.ts';
import {
  type PrometheusServer,
  startPrometheusServer,
} from './support/prometheus-server.ts';

const RULES = ['compat', 'recording', 'recording-process'].map(
  (name) => `prometheus/rules/${name}.yaml`,
);
const AUTO = '@opentelemetry/auto-instrumentations-node/register';
const PACKAGES = [
  '@opentelemetry/api@1.10',
  '@opentelemetry/sdk-metrics@3',
  '@opentelemetry/resources@3',
  '@opentelemetry/exporter-prometheus@0.301',
  '@opentelemetry/auto-instrumentations-node@0.82.0',
];
const STREAMS = 5;
/** Two events. */
const STREAM_BYTES = 42;
const BYTES = STREAMS * STREAM_BYTES;
/** By OTLP and by a scrape at once: nobody should, and it must not be worse. */
const JOBS = ['flag', 'auto', 'both'] as const;

let scratch: Scratch;
let prometheus: PrometheusServer;
const applications: Running[] = [];

beforeAll(async () => {
  scratch = await createScratch();
  const source = 'test/stack/programs/compat';
  const cwd = await scratch.createProject('compat', source, PACKAGES);
  const scrape: Record<string, number> = {};
  for (const job of JOBS) scrape[job] = await findFreePort();
  prometheus = await startPrometheusServer({ scrape, rules: RULES });
  for (const job of JOBS) await startApplication(job, scrape[job] ?? 0, cwd);
}, 300_000);

afterAll(async () => {
  for (const one of applications) await one[Symbol.asyncDispose]();
  await prometheus?.[Symbol.asyncDispose]();
  scratch?.[Symbol.dispose]();
});

/** Starts a server, sends it the streams, and waits until they are known. */
async function startApplication(
  job: (typeof JOBS)[number],
  port: number,
  cwd: string,
): Promise<void> {
  const flags = job === 'flag' ? [] : ['--require', AUTO];
  const running = startProcess(
    process.execPath,
    ['--import', REGISTER, ...flags, 'app.cjs'],
    {
      cwd,
      env: {
        OTEL_METRICS_EXPORTER:
          job === 'both' ? 'otlp,prometheus' : 'prometheus',
        OTEL_EXPORTER_PROMETHEUS_HOST: '127.0.0.1',
        OTEL_EXPORTER_PROMETHEUS_PORT: String(port),
        OTEL_EXPORTER_OTLP_ENDPOINT: `${prometheus.url}/api/v1/otlp`,
        OTEL_METRIC_EXPORT_INTERVAL: '250',
        OTEL_METRIC_EXPORT_TIMEOUT: '250',
        OTEL_SERVICE_NAME: job,
        // The label that a scrape gives.
        OTEL_RESOURCE_ATTRIBUTES: `service.instance.id=127.0.0.1:${port}`,
        OTEL_TRACES_EXPORTER: 'none',
        OTEL_LOGS_EXPORTER: 'none',
        OTEL_NODE_RESOURCE_DETECTORS: 'env',
      },
    },
  );
  applications.push(running);
  const findPort = () => /listening on (\d+)/.exec(running.output())?.[1];
  await running.waitUntil('listening', async () => findPort() !== undefined);
  for (let sent = 0; sent < STREAMS; sent++) {
    await get(`http://127.0.0.1:${findPort()}/passed-on`);
  }
  await until(
    `the bytes of ${job}`,
    () => Promise.all([sumBytes(job), sumBytes(job, 'client')]),
    (sums) => sums.every((bytes) => bytes === BYTES),
  );
}

function sumBytes(job: string, end = 'server'): Promise<number | undefined> {
  return prometheus.queryValue(
    `sum(sse_${end}_content_size_bytes_total{job="${job}"})`,
  );
}

async function readNames(job: string, also = ''): Promise<string[]> {
  const selector = `{__name__=~"sse_(server|process|client)_.+", job="${job}"${also}}`;
  const samples = await prometheus.query(`count by (__name__) (${selector})`);
  return samples.map(({ labels }) => labels['__name__'] ?? '').sort();
}

test('compat.yaml has every metric whose name has a unit', () => {
  const all = [...listMetrics(), ...listClientMetrics()];
  const withUnit = all.filter(({ unit }) => /^(s|By)$/.test(unit));
  const expected = withUnit.flatMap((metric) => {
    const bare = listBareSeries(metric);
    return listSeries(metric).map((name, index) => [name, bare[index]]);
  });
  const recorded = readRules()
    .filter(({ file }) => file === 'compat.yaml')
    .map(({ name, expr }) => [name, expr.split(' ')[0]]);
  expect(recorded.sort()).toEqual(expected.sort());
});

test('without the rules, the names have no unit', async () => {
  const size = 'sse_server_content_size';
  const bare = `sum(${size}_total{job="auto"})`;
  expect(await prometheus.queryValue(bare)).toBe(BYTES);
  const ours = `${size}_bytes_total{job="auto", compat=""}`;
  expect(await prometheus.query(ours)).toEqual([]);
});

test('with the rules, they are those of the flag', async () => {
  const names = await readNames('flag');
  expect(names).toContain('sse_server_connection_duration_seconds_bucket');
  expect(names).toContain('sse_client_event_interval_seconds_bucket');
  const missing = async () => {
    const found = new Set(await readNames('auto'));
    return names.filter((name) => !found.has(name));
  };
  await until('the names', missing, ({ length }) => length === 0);
  const counts = (job: string) =>
    prometheus.queryValue(
      `sum(sse_server_connection_duration_seconds_count{job="${job}"})`,
    );
  expect(await counts('flag')).toBe(STREAMS);
  expect(await counts('auto')).toBe(STREAMS);
});

test('what has both names counts once', async () => {
  // The scrape may have been there first.
  const read = () => readNames('both', ', compat="true"');
  await until('no compat', read, ({ length }) => length === 0);
  for (const end of ['server', 'client']) {
    const bare = `sum(sse_${end}_content_size_total{job="both"})`;
    expect(await prometheus.queryValue(bare)).toBe(BYTES);
    expect(await sumBytes('both', end)).toBe(BYTES);
  }
});

test('what other rules make of it is the same', async () => {
  const heap = 'job_instance:sse_process_heap_used_bytes:min5m';
  const read = () => prometheus.query(`count by (job) (${heap})`);
  const samples = await until(heap, read, ({ length }) => length === 3);
  expect(samples.map(({ value }) => value)).toEqual([1, 1, 1]);
});
