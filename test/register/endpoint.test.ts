import { setTimeout as delay } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { findFreePort, takePort } from '../support/ports.ts';
import { runChild, startChild } from './support/child.ts';
import { requestOn } from './support/client.ts';
import { sendTo, startReceiver } from './support/receiver.ts';
import {
  FREE_PORT,
  isRefused,
  scrape,
  scrapeUrl,
  waitUntilServed,
} from './support/scrape.ts';

for (const exporter of ['prometheus', 'otlp']) {
  test.concurrent(`exports nothing and lets a program end that never listens, with ${exporter}`, async () => {
    await using receiver = await startReceiver();
    const { end, stdout, stderr } = await runChild('idle.mjs', {
      env: {
        ...FREE_PORT,
        ...sendTo(receiver),
        OTEL_METRICS_EXPORTER: exporter,
      },
    });
    expect(end).toBe(0);
    expect(stdout).toBe('worked\n');
    expect(stderr).toBe('');
    expect(receiver.exports).toEqual([]);
  });
}

test.concurrent('opens no port for a server that does not speak HTTP', async () => {
  const port = await findFreePort();
  await using child = startChild('not-http.mjs', {
    env: {
      // An address needs no look-up: it would be taken before the first client.
      OTEL_EXPORTER_PROMETHEUS_HOST: '127.0.0.1',
      OTEL_EXPORTER_PROMETHEUS_PORT: String(port),
      OTEL_LOG_LEVEL: 'info',
    },
  });
  const [, other] = await child.waitFor(/^listening (\d+)$/m);
  // The first one may come before we would have been there.
  await using _first = await requestOn(Number(other), '/', 'hello');
  await using _second = await requestOn(Number(other), '/', 'hello');
  expect(await isRefused(`http://127.0.0.1:${port}`)).toBe(true);
  await child.stop();
  expect(child.stderr()).toBe('');
});

for (const create of [
  'createServer',
  'createHttpsServer',
  'createHttp2Server',
]) {
  test.concurrent(`serves metrics as soon as a server of ${create}() listens`, async () => {
    await using child = startChild('protocols.mjs', {
      args: [create],
      env: FREE_PORT,
    });
    const metrics = await scrape(child);
    expect(metrics.sum('sse_process_uptime_seconds')).toBeGreaterThan(0);
  });
}

test.concurrent('serves metrics at localhost:9464 by default', async () => {
  await using child = startChild('server.mjs', {
    env: { OTEL_LOG_LEVEL: 'info' },
  });
  await child.waitFor(
    /metrics are at http:\/\/localhost:9464\/metrics|metrics cannot be at localhost:9464, the port is taken/,
  );
});

test.concurrent('serves metrics at the host and the port of the variables, and nothing else', async () => {
  const port = await findFreePort();
  await using child = startChild('server.mjs', {
    env: {
      OTEL_EXPORTER_PROMETHEUS_HOST: '127.0.0.1',
      OTEL_EXPORTER_PROMETHEUS_PORT: String(port),
      OTEL_SERVICE_NAME: 'orders',
      OTEL_RESOURCE_ATTRIBUTES: 'deployment.environment.name=test',
    },
  });
  await child.ask('/once');
  const url = `http://127.0.0.1:${port}/metrics?x=1`;
  await waitUntilServed(url);
  const metrics = await scrapeUrl(url);
  expect(metrics.labels('target_info')).toEqual([
    expect.objectContaining({
      service_name: 'orders',
      deployment_environment_name: 'test',
      service_instance_id: expect.stringMatching(/^[0-9a-f-]{36}$/),
      host_name: expect.stringMatching(/./),
    }),
  ]);
  expect(metrics.names).toContain('sse_server_connection_duration_seconds_sum');
  const other = await fetch(`http://127.0.0.1:${port}/`);
  expect(other.status).toBe(404);
  await child.stop();
  expect(child.stderr()).toBe('');
});

test.concurrent('says in one line that its port is taken, and takes it when it is free', async () => {
  const port = await findFreePort();
  const other = await takePort(port);
  await using child = startChild('server.mjs', {
    env: {
      OTEL_EXPORTER_PROMETHEUS_HOST: '127.0.0.1',
      OTEL_EXPORTER_PROMETHEUS_PORT: String(port),
      OTEL_LOG_LEVEL: 'info',
    },
  });
  try {
    await child.waitFor(
      new RegExp(`metrics cannot be at 127.0.0.1:${port}, the port is taken`),
    );
    // The application runs on.
    await child.ask('/once');
    // Nothing tells of the next try, which must not be told of.
    await delay(5500);
  } finally {
    await other[Symbol.asyncDispose]();
  }
  const metrics = await scrape(child);
  expect(metrics.sum('sse_server_opened_connections_total')).toBe(1);
  await child.stop();
  expect(child.stderr().trim().split('\n')).toEqual([
    `opentelemetry-instrumentation-sse: metrics cannot be at 127.0.0.1:${port}, ` +
      'the port is taken. Set OTEL_EXPORTER_PROMETHEUS_PORT to a free one, ' +
      'for each process or worker its own, or OTEL_METRICS_EXPORTER=otlp. ' +
      'Trying again every 5 s',
    expect.stringContaining('metrics are at'),
  ]);
});

test.concurrent('says in one line that the address is not of this machine', async () => {
  await using child = startChild('server.mjs', {
    env: { OTEL_EXPORTER_PROMETHEUS_HOST: '192.0.2.1' },
  });
  await child.waitFor(
    /^.* metrics cannot be at 192\.0\.2\.1:9464: .*EADDRNOTAVAIL.*OTEL_EXPORTER_PROMETHEUS_HOST.*$/m,
  );
  await child.ask('/once');
  await child.stop();
  expect(child.stderr().trim().split('\n')).toHaveLength(1);
});

test.concurrent('gives its port to a server of the application that wants it later', async () => {
  const port = await findFreePort();
  await using child = startChild('second-server.mjs', {
    args: [String(port)],
    env: { OTEL_EXPORTER_PROMETHEUS_PORT: String(port) },
  });
  await child.ask('/once');
  const url = `http://localhost:${port}/metrics`;
  await waitUntilServed(url);
  await using scraper = await requestOn(
    port,
    '/metrics',
    'sse_server_opened_connections_total{',
  );
  await child.ask('/second');
  await scraper.closed;
  await child.waitFor(/^second is ready$/m);
  expect(await (await fetch(url)).text()).toBe('second');
  await child.ask('/second');
  await child.waitFor(/second is ready\nsecond is ready/);
  await child.stop();
  expect(child.stderr()).toBe(
    `opentelemetry-instrumentation-sse: the application wants port ${port}, ` +
      'metrics are no longer there. Set OTEL_EXPORTER_PROMETHEUS_PORT to another one\n',
  );
});
