import { expect, test } from 'vitest';
import { PACKAGE_NAME } from '../../src/version.ts';
import { until } from '../support/poll.ts';
import { findFreePort } from '../support/ports.ts';
import { startCollector } from './support/collector.ts';
import { pathOf } from './support/files.ts';
import { startProcess } from './support/process.ts';
import { startPrometheusServer } from './support/prometheus-server.ts';

const CLOSED = 'sse_server_closed_connections_total';

/** The application, its workers and where it sends to. */
async function startClusterApp(endpoint: string) {
  const program = pathOf('test/stack/programs/cluster-app.mjs');
  const running = startProcess(process.execPath, [program], {
    cwd: pathOf('.'),
    env: {
      NODE_OPTIONS: `--import ${PACKAGE_NAME}/register`,
      OTEL_SERVICE_NAME: 'shop',
      OTEL_RESOURCE_ATTRIBUTES: 'service.instance.id=pod-1',
      OTEL_EXPORTER_OTLP_ENDPOINT: endpoint,
      OTEL_METRIC_EXPORT_INTERVAL: '250',
      OTEL_METRIC_EXPORT_TIMEOUT: '250',
    },
  });
  const list = (pattern: RegExp) =>
    [...running.output().matchAll(pattern)].map(([, found]) => Number(found));
  const listStarted = () => list(/^worker (\d+)/gm);
  await running.waitUntil('4 workers', async () => listStarted().length === 4);
  const [port] = list(/ on (\d+)$/gm);
  return {
    running,
    listStarted,
    /** @returns the worker that answered. */
    async openStream(): Promise<number> {
      const response = await fetch(`http://127.0.0.1:${port}/events`);
      return Number(/\d+/.exec(await response.text())?.[0]);
    },
    /** A worker ends, and another one is there. */
    async replace(pid: number, signal: NodeJS.Signals): Promise<void> {
      const before = listStarted().length;
      process.kill(pid, signal);
      await running.waitUntil(
        'another worker',
        async () => listStarted().length === before + 1,
      );
    },
  };
}

test('the figures of four workers add up, however often one is killed and forked again', async () => {
  await using prometheus = await startPrometheusServer({
    flags: ['--enable-feature=created-timestamp-zero-ingestion'],
  });
  const port = await findFreePort();
  await using collector = await startCollector(
    [pathOf('otel-collector/config.yaml')],
    {
      prometheusUrl: '',
      overrides: [
        `yaml:receivers::otlp::protocols::grpc::endpoint: 127.0.0.1:${port}`,
      ],
      env: { EXPORT_URL: `${prometheus.url}/api/v1/otlp` },
    },
  );
  const app = await startClusterApp(collector.url);
  await using _running = app.running;
  const answered = new Set<number>();
  let opened = 0;
  const openStreams = async (count: number) => {
    for (let turn = 0; turn < count; turn++) {
      answered.add(await app.openStream());
      opened += 1;
    }
  };
  // All that workers ever had, those that are gone too.
  const total = `sum(max_over_time(${CLOSED}[10m]))`;
  const untilTotal = () =>
    until(
      total,
      () => prometheus.queryValue(total),
      (value) => value === opened,
      20_000,
    );
  await openStreams(40);
  await untilTotal();
  expect(answered.size).toBe(4);
  // What was exported outlives a kill.
  await app.replace([...answered][0] as number, 'SIGKILL');
  await openStreams(40);
  await untilTotal();
  // What was not is sent at SIGTERM.
  await openStreams(8);
  await app.replace(app.listStarted().at(-1) as number, 'SIGTERM');
  await openStreams(40);
  await untilTotal();

  const instances = `count(count by (instance) (max_over_time(${CLOSED}[10m])))`;
  expect(await prometheus.queryValue(instances)).toBe(6);
  // No counter went back: none was taken for another's.
  const resets = `sum(resets(${CLOSED}[10m]))`;
  expect(await prometheus.queryValue(resets)).toBe(0);
  const increase = `sum(increase(${CLOSED}[10m]))`;
  expect(await prometheus.queryValue(increase)).toBeGreaterThanOrEqual(opened);
});
