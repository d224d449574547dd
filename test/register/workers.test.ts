import { expect, test } from 'vitest';
import { findFreePort } from '../support/ports.ts';
import { type Child, REGISTER, startChild } from './support/child.ts';
import { sendTo, startReceiver } from './support/receiver.ts';
import { scrapeUrl } from './support/scrape.ts';

const BY_OPTIONS = { NODE_OPTIONS: `--import ${REGISTER}` };

/** Waits until a program's two servers listen, and asks each address. */
async function askBoth(child: Child, path: string): Promise<void> {
  await child.waitFor(/^listening \d+\n(.*\n)*listening \d+$/m);
  const ports = child.stdout().match(/(?<=listening )\d+/g) ?? [];
  for (const port of ports) {
    const response = await fetch(`http://127.0.0.1:${port}${path}`, {
      headers: { connection: 'close' },
    });
    await response.text();
  }
}

test.concurrent('in a cluster with one port for metrics, the second worker says so in one line', async () => {
  const port = await findFreePort();
  await using child = startChild('cluster.mjs', {
    flags: [],
    args: [String(port), String(port)],
    env: { ...BY_OPTIONS, OTEL_LOG_LEVEL: 'info' },
  });
  await child.waitFor(/the port is taken/);
  await child.waitFor(/metrics are at/);
  await askBoth(child, '/once');
  const metrics = await scrapeUrl(`http://localhost:${port}/metrics`);
  expect(metrics.sum('sse_server_opened_connections_total')).toBe(1);
  await child.stop();
  expect(child.stderr().trim().split('\n')).toHaveLength(2);
});

test.concurrent('in a cluster with a port for each, every worker has its own figures', async () => {
  const ports = [String(await findFreePort()), String(await findFreePort())];
  await using child = startChild('cluster.mjs', {
    flags: [],
    args: ports,
    env: BY_OPTIONS,
  });
  await askBoth(child, '/once');
  await askBoth(child, '/once');
  const scrapes = await Promise.all(
    ports.map((port) => scrapeUrl(`http://localhost:${port}/metrics`)),
  );
  const instances = scrapes.flatMap(({ labels }) =>
    labels('target_info').map((each) => each['service_instance_id']),
  );
  expect(new Set(instances).size).toBe(2);
  for (const metrics of scrapes) {
    expect(metrics.sum('sse_server_opened_connections_total')).toBe(2);
  }
  await child.stop();
  expect(child.stderr()).toBe('');
});

test.concurrent('with a server in a worker thread, one of both has the port and neither fails', async () => {
  const port = await findFreePort();
  await using child = startChild('threads.mjs', {
    flags: [],
    env: { ...BY_OPTIONS, OTEL_EXPORTER_PROMETHEUS_PORT: String(port) },
  });
  await child.waitFor(/the port is taken/);
  await askBoth(child, '/once');
  const metrics = await scrapeUrl(`http://localhost:${port}/metrics`);
  expect(metrics.sum('sse_server_opened_connections_total')).toBe(1);
  await askBoth(child, '/leave');
  expect(await child.ended).toBe(0);
  expect(child.stdout()).toMatch(/^worker: 0$/m);
  expect(child.stderr().trim().split('\n')).toHaveLength(1);
});

test.concurrent('a worker thread that only computes opens no port and repeats no line', async () => {
  const port = await findFreePort();
  await using child = startChild('threads.mjs', {
    args: ['compute'],
    env: {
      OTEL_EXPORTER_PROMETHEUS_PORT: String(port),
      OTEL_SSE_MAX_ROUTES: 'many',
    },
  });
  expect(await child.ended).toBe(0);
  expect(child.stdout()).toMatch(/^computed$/m);
  expect(child.stdout()).toMatch(/^worker: 0$/m);
  expect(child.stderr().match(/OTEL_SSE_MAX_ROUTES is "many"/g)).toHaveLength(
    1,
  );
  expect(child.stderr().trim().split('\n')).toHaveLength(1);
});

test.concurrent('each thread sends its last figures when it ends', async () => {
  await using receiver = await startReceiver();
  await using child = startChild('threads.mjs', { env: sendTo(receiver) });
  await askBoth(child, '/once');
  await askBoth(child, '/leave');
  expect(await child.ended).toBe(0);
  const closed = receiver.exports.map(({ sum }) =>
    sum('sse.server.closed_connections'),
  );
  expect(closed).toEqual([1, 1]);
  const instances = receiver.exports.map(
    ({ resource }) => resource['service.instance.id'],
  );
  expect(new Set(instances).size).toBe(2);
  expect(child.stderr()).toBe('');
});

const NAMED = { OTEL_RESOURCE_ATTRIBUTES: 'service.instance.id=pod-1' };

test.concurrent('workers of a cluster that inherit an instance id are told apart', async () => {
  await using receiver = await startReceiver();
  await using child = startChild('cluster.mjs', {
    flags: [],
    args: ['0', '0'],
    env: {
      ...sendTo(receiver),
      ...BY_OPTIONS,
      ...NAMED,
      OTEL_METRIC_EXPORT_INTERVAL: '200',
    },
  });
  await askBoth(child, '/once');
  const listInstances = () => [
    ...new Set(
      receiver.exports.map(({ resource }) =>
        String(resource['service.instance.id']),
      ),
    ),
  ];
  await receiver.waitFor(() => listInstances().length > 1);
  expect(listInstances()).toEqual([
    expect.stringMatching(/^pod-1\/\d+$/),
    expect.stringMatching(/^pod-1\/\d+$/),
  ]);
  await child.stop();
  expect(child.stderr()).toBe('');
});

test.concurrent('so are threads, and the main thread keeps the id', async () => {
  await using receiver = await startReceiver();
  await using child = startChild('threads.mjs', {
    env: { ...sendTo(receiver), ...NAMED },
  });
  await askBoth(child, '/once');
  await askBoth(child, '/leave');
  expect(await child.ended).toBe(0);
  const instances = receiver.exports.map(
    ({ resource }) => resource['service.instance.id'],
  );
  expect(instances.sort()).toEqual([
    'pod-1',
    expect.stringMatching(/^pod-1\/\d+\.\d+$/),
  ]);
});
