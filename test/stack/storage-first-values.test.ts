import { expect, test } from 'vitest';
import { until } from '../support/poll.ts';
import { findFreePort } from '../support/ports.ts';
import { startCollector } from './support/collector.ts';
import { pathOf } from './support/files.ts';
import { createSender, deliver } from './support/otlp-sender.ts';
import { query } from './support/prometheus-api.ts';
import { startPrometheusServer } from './support/prometheus-server.ts';
import { startVictoriaMetrics } from './support/victoria-metrics.ts';

const NAME = 'sse.server.opened_connections';
const SERIES = 'sse_server_opened_connections_total';

async function startGateway(overlays: readonly string[], exportUrl: string) {
  const port = await findFreePort();
  return startCollector(
    ['gateway.yaml', ...overlays].map((file) =>
      pathOf(`otel-collector/${file}`),
    ),
    {
      prometheusUrl: '',
      overrides: [
        `yaml:receivers::otlp::protocols::grpc::endpoint: 127.0.0.1:${port}`,
      ],
      env: { EXPORT_URL: exportUrl },
    },
  );
}

/**
 * A server whose first export says a value, and its second too.
 *
 * @returns what `increase()` makes of it.
 */
async function countFirstValue(
  overlays: readonly string[],
  exportUrl: string,
  readFrom: string,
  value = 7,
): Promise<number> {
  await using gateway = await startGateway(overlays, exportUrl);
  const send = createSender({ url: gateway.url, temporality: 'cumulative' });
  const countSamples = async () => {
    const [sample] = await query(readFrom, `count_over_time(${SERIES}[5m])`);
    return sample?.value ?? 0;
  };
  for (const expected of [1, 2]) {
    await deliver(send, { name: NAME, points: [{ value }] });
    const isThere = (count: number) => count >= expected;
    await until('a sample', countSamples, isThere, 20_000);
  }
  const [sample] = await query(readFrom, `increase(${SERIES}[5m])`);
  return sample?.value ?? Number.NaN;
}

const PROMETHEUS_FLAGS = [
  '--web.enable-remote-write-receiver',
  '--enable-feature=created-timestamp-zero-ingestion',
];

test.each([7, 1000])(
  'by OTLP Prometheus counts a first value of %i',
  async (value) => {
    await using prometheus = await startPrometheusServer({
      flags: PROMETHEUS_FLAGS,
    });
    const { url } = prometheus;
    const increase = await countFirstValue(
      [],
      `${url}/api/v1/otlp`,
      url,
      value,
    );
    expect(increase).toBeGreaterThanOrEqual(value);
  },
);

test.each([7, 1000])(
  'by remote write it does not count a first value of %i',
  async (value) => {
    await using prometheus = await startPrometheusServer({
      flags: PROMETHEUS_FLAGS,
    });
    const { url } = prometheus;
    const overlays = ['remote-write.yaml'];
    const increase = await countFirstValue(
      overlays,
      `${url}/api/v1/write`,
      url,
      value,
    );
    expect(increase).toBe(0);
  },
);

test.each([
  [7, 7],
  // It takes a large one for a counter that was there before.
  [1000, 0],
])(
  'by remote write VictoriaMetrics counts of a first value of %i: %i',
  async (value, expected) => {
    await using victoria = await startVictoriaMetrics();
    const { url } = victoria;
    const overlays = ['victoria-metrics.yaml'];
    const increase = await countFirstValue(
      overlays,
      `${url}/api/v1/write`,
      url,
      value,
    );
    expect(increase).toBe(expected);
  },
);

test('by OTLP VictoriaMetrics has neither job nor instance', async () => {
  await using victoria = await startVictoriaMetrics();
  await using gateway = await startGateway([], `${victoria.url}/opentelemetry`);
  const send = createSender({
    url: gateway.url,
    temporality: 'cumulative',
    resource: { 'service.instance.id': 'shop-1' },
  });
  await deliver(send, { name: NAME, points: [{ value: 7 }] });
  const read = () => query(victoria.url, `{__name__="${NAME}"}`);
  const isThere = ({ length }: readonly unknown[]) => length > 0;
  const [sample] = await until('a sample', read, isThere, 20_000);
  expect(sample?.labels).toMatchObject({
    'service.name': 'page',
    'service.instance.id': 'shop-1',
  });
  expect(Object.keys(sample?.labels ?? {})).not.toContain('job');
  expect(Object.keys(sample?.labels ?? {})).not.toContain('instance');
});
