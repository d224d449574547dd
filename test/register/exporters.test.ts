import { expect, test } from 'vitest';
import { findFreePort } from '../support/ports.ts';
import { startChild } from './support/child.ts';
import { sendTo, startReceiver } from './support/receiver.ts';
import { FREE_PORT, isRefused, scrape, scrapeUrl } from './support/scrape.ts';

const NAME = 'opentelemetry-instrumentation-sse:';

test.concurrent('exports nothing and says nothing with none', async () => {
  const port = await findFreePort();
  await using child = startChild('server.mjs', {
    env: {
      OTEL_METRICS_EXPORTER: 'none',
      OTEL_EXPORTER_PROMETHEUS_HOST: '127.0.0.1',
      OTEL_EXPORTER_PROMETHEUS_PORT: String(port),
    },
  });
  await child.ask('/once');
  expect(await isRefused(`http://127.0.0.1:${port}/metrics`)).toBe(true);
  await child.ask('/leave');
  expect(await child.ended).toBe(0);
  expect(child.stderr()).toBe('');
});

test.concurrent('measures nothing when the SDK is disabled', async () => {
  await using receiver = await startReceiver();
  await using child = startChild('server.mjs', {
    env: { ...sendTo(receiver), OTEL_SDK_DISABLED: 'True' },
  });
  await child.ask('/once');
  await child.ask('/leave');
  expect(await child.ended).toBe(0);
  expect(receiver.exports).toEqual([]);
  expect(child.stderr()).toBe('');
});

test.concurrent('prints to the console, with the last figures at the end', async () => {
  await using child = startChild('server.mjs', {
    env: { OTEL_METRICS_EXPORTER: 'Console' },
  });
  await child.ask('/once');
  await child.ask('/leave');
  expect(await child.ended).toBe(0);
  expect(child.stdout()).toContain(`name: 'sse.server.closed_connections'`);
  expect(child.stderr()).toBe('');
});

test.concurrent('exports in several ways at once, each with its own names', async () => {
  await using receiver = await startReceiver();
  await using child = startChild('server.mjs', {
    env: {
      ...sendTo(receiver),
      ...FREE_PORT,
      OTEL_METRICS_EXPORTER: ' otlp, prometheus,none,',
    },
  });
  await child.ask('/once');
  const metrics = await scrape(child);
  expect(metrics.sum('sse_server_connection_duration_seconds_count')).toBe(1);
  child.kill('SIGTERM');
  expect(await child.ended).toBe('SIGTERM');
  expect(receiver.last().sum('sse.server.connection.duration')).toBe(1);
  expect(receiver.last().sum('sse.server.sent.events')).toBe(1);
  expect(child.stderr()).not.toContain('OTEL_METRICS_EXPORTER');
});

test.concurrent('exports as it is told, whatever endpoint is set', async () => {
  await using receiver = await startReceiver();
  await using child = startChild('server.mjs', {
    env: {
      ...sendTo(receiver),
      ...FREE_PORT,
      OTEL_METRICS_EXPORTER: 'prometheus',
    },
  });
  await child.ask('/once');
  expect((await scrape(child)).sum('sse_server_sent_events_total')).toBe(1);
  child.kill('SIGTERM');
  await child.ended;
  expect(receiver.exports).toEqual([]);
});

test.concurrent('sends to the endpoint of metrics as it is, compressed', async () => {
  await using receiver = await startReceiver();
  await using child = startChild('server.mjs', {
    env: {
      OTEL_EXPORTER_OTLP_METRICS_ENDPOINT: `${receiver.url}/otlp/custom`,
      OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:1',
      OTEL_EXPORTER_OTLP_COMPRESSION: 'gzip',
      OTEL_EXPORTER_OTLP_METRICS_HEADERS: 'authorization=Basic%20YTpi=',
    },
  });
  await child.ask('/once');
  await child.ask('/leave');
  expect(await child.ended).toBe(0);
  const last = receiver.last();
  expect(last.path).toBe('/otlp/custom');
  expect(last.headers).toMatchObject({
    'content-encoding': 'gzip',
    authorization: 'Basic YTpi=',
  });
  expect(last.sum('sse.server.closed_connections')).toBe(1);
  expect(child.stderr()).toBe('');
});

test.concurrent('adds the path of metrics to an endpoint with a path', async () => {
  await using receiver = await startReceiver();
  await using child = startChild('server.mjs', {
    env: { OTEL_EXPORTER_OTLP_ENDPOINT: `${receiver.url}/otlp/` },
  });
  await child.ask('/leave');
  expect(await child.ended).toBe(0);
  expect(receiver.last().path).toBe('/otlp/v1/metrics');
});

test.concurrent('says what to use in the place of grpc, and exports the rest', async () => {
  await using child = startChild('server.mjs', {
    env: {
      ...FREE_PORT,
      OTEL_METRICS_EXPORTER: 'prometheus,otlp',
      OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc',
    },
  });
  await child.ask('/once');
  expect((await scrape(child)).sum('sse_server_sent_events_total')).toBe(1);
  await child.stop();
  const [line, ...others] = child.stderr().trim().split('\n');
  expect(line).toBe(
    `${NAME} OTEL_EXPORTER_OTLP_PROTOCOL is "grpc", which is not supported: ` +
      'no metrics are sent. Use http/protobuf and the port of OTLP over HTTP (4318)',
  );
  expect(others).toHaveLength(1);
});

const UNKNOWN = {
  zipkin: 'prometheus',
  'otlp,zipkin': 'otlp',
  ',': 'prometheus',
};

for (const [value, used] of Object.entries(UNKNOWN)) {
  test.concurrent(`says that OTEL_METRICS_EXPORTER cannot be ${value}, and uses ${used}`, async () => {
    await using receiver = await startReceiver();
    const port = await findFreePort();
    await using child = startChild('server.mjs', {
      env: {
        OTEL_METRICS_EXPORTER: value,
        OTEL_EXPORTER_PROMETHEUS_PORT: String(port),
        ...(used === 'otlp' ? sendTo(receiver) : {}),
      },
    });
    await child.ask('/once');
    if (used === 'prometheus') {
      const metrics = await scrapeUrl(`http://localhost:${port}/metrics`);
      expect(metrics.sum('sse_server_sent_events_total')).toBe(1);
    }
    await child.ask('/leave');
    expect(await child.ended).toBe(0);
    expect(receiver.exports).toHaveLength(used === 'otlp' ? 1 : 0);
    expect(child.stderr()).toBe(
      `${NAME} OTEL_METRICS_EXPORTER is "${value}", not any of prometheus, otlp, ` +
        `console, none; using ${used}\n`,
    );
  });
}
