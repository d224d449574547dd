import { expect, test } from 'vitest';
import { VARIABLES } from '../../src/register/variables.ts';
import { runChild, startChild } from './support/child.ts';
import { sendTo, startReceiver } from './support/receiver.ts';

/** Values that are none; one program is started with each column. */
const BAD: Readonly<Record<string, readonly string[]>> = {
  OTEL_SSE_SERVER_METRICS: ['yes', '1', 'on', 'no'],
  OTEL_SSE_PROCESS_METRICS: ['off', '0', 'truee', '-'],
  OTEL_SSE_STALL_AFTER_SECONDS: ['0', '-1', 'ninety', 'Infinity'],
  OTEL_SSE_MAX_ROUTES: ['0', '1.5', 'many', '1e999'],
  OTEL_SSE_MAX_EVENT_TYPES: ['-3', '2.5', 'NaN', '9007199254740993'],
  OTEL_SSE_EVENT_TYPES: [',', ' , ', `${'a,'.repeat(100)}b`, ',,'],
  OTEL_SSE_SAMPLES_PER_SECOND: ['-1', '0.5', 'x', '1k'],
  OTEL_SSE_FINAL_EVENTS: [',', '/a=', 'x'.repeat(33), '/a=b;;'],
  OTEL_SSE_TRUST_PROXY: ['-1', '10.0.0.0/', '10.0.0.0/33', 'proxy.local'],
  OTEL_SSE_SPAN_EVENTS: ['yes', '2', 'tru', '-'],
};

for (const column of [0, 1, 2, 3]) {
  test.concurrent(`each bad value costs one line, which names it and the default (${column + 1})`, async () => {
    const env = Object.fromEntries(
      VARIABLES.map(({ name }) => [
        name,
        BAD[name]?.[column] ?? 'MISSING HERE',
      ]),
    );
    const { end, stderr } = await runChild('idle.mjs', { env });
    expect(end).toBe(0);
    const lines = stderr.trimEnd().split('\n');
    expect(lines).toHaveLength(VARIABLES.length);
    for (const [index, { name, values, standard }] of VARIABLES.entries()) {
      const value = env[name]?.trim() ?? '';
      const shown = value.length > 60 ? `${value.slice(0, 59)}…` : value;
      expect(lines[index]).toBe(
        `opentelemetry-instrumentation-sse: ${name} is ${JSON.stringify(shown)}, ` +
          `not ${values}; using ${standard}`,
      );
    }
  });
}

/** What is printed for a variable, up to the default that is used. */
function complaint(name: string, value: string, values: string, used: string) {
  return (
    `opentelemetry-instrumentation-sse: ${name} is ${JSON.stringify(value)}, ` +
    `not ${values}; using ${used}`
  );
}

test.concurrent('each bad standard variable costs one line', async () => {
  await using child = startChild('server.mjs', {
    env: {
      OTEL_LOG_LEVEL: 'loud',
      OTEL_SDK_DISABLED: 'maybe',
      OTEL_EXPORTER_PROMETHEUS_PORT: '65536',
      OTEL_EXPORTER_PROMETHEUS_HOST: '127.0.0.1',
      OTEL_METRIC_EXPORT_INTERVAL: '2147483648',
      OTEL_METRIC_EXPORT_TIMEOUT: '0',
      OTEL_RESOURCE_ATTRIBUTES: 'team=%zz,a=b',
    },
  });
  await child.ask('/once');
  await child.ask('/leave');
  expect(await child.ended).toBe(0);
  const lines = child.stderr().trim().split('\n');
  const timer = 'a whole number from 1 to 2147483647';
  expect(lines.filter((line) => !line.includes('the port is taken'))).toEqual([
    complaint(
      'OTEL_LOG_LEVEL',
      'loud',
      'one of none, error, warn, info, debug, verbose, all',
      'warn',
    ),
    complaint('OTEL_SDK_DISABLED', 'maybe', 'true or false', 'false'),
    complaint(
      'OTEL_EXPORTER_PROMETHEUS_PORT',
      '65536',
      'a whole number from 0 to 65535',
      '9464',
    ),
    complaint('OTEL_METRIC_EXPORT_INTERVAL', '2147483648', timer, '60000'),
    complaint('OTEL_METRIC_EXPORT_TIMEOUT', '0', timer, '30000'),
    complaint(
      'OTEL_RESOURCE_ATTRIBUTES',
      'team=%zz,a=b',
      'key=value with commas, percent-encoded',
      'none of it',
    ),
  ]);
});

test.concurrent('each bad variable of OTLP costs one line, and what it says is used', async () => {
  await using receiver = await startReceiver();
  await using child = startChild('server.mjs', {
    env: {
      OTEL_EXPORTER_OTLP_METRICS_ENDPOINT: 'collector:4318',
      OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url,
      OTEL_EXPORTER_OTLP_METRICS_PROTOCOL: 'http',
      OTEL_EXPORTER_OTLP_TIMEOUT: '1s',
      OTEL_EXPORTER_OTLP_COMPRESSION: 'zip',
      OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE: 'both',
      OTEL_EXPORTER_OTLP_CERTIFICATE: '/nowhere/ca.pem',
      OTEL_EXPORTER_OTLP_HEADERS: 'x-key=secret, topsecret ,x-tenant=shop',
    },
  });
  await child.ask('/leave');
  expect(await child.ended).toBe(0);
  const prefix = 'OTEL_EXPORTER_OTLP';
  expect(child.stderr().trim().split('\n')).toEqual([
    complaint(
      `${prefix}_METRICS_PROTOCOL`,
      'http',
      'http/protobuf or http/json',
      'http/protobuf',
    ),
    complaint(`${prefix}_COMPRESSION`, 'zip', 'gzip or none', 'none'),
    complaint(
      `${prefix}_METRICS_TEMPORALITY_PREFERENCE`,
      'both',
      'cumulative, delta or lowmemory',
      'cumulative',
    ),
    complaint(
      `${prefix}_CERTIFICATE`,
      '/nowhere/ca.pem',
      'a file that can be read',
      'none',
    ),
    `opentelemetry-instrumentation-sse: ${prefix}_HEADERS is not name=value with commas: entry 2 is not sent`,
    complaint(
      `${prefix}_METRICS_ENDPOINT`,
      'collector:4318',
      'an http:// or https:// address',
      receiver.url,
    ),
    complaint(
      `${prefix}_TIMEOUT`,
      '1s',
      'a whole number from 1 to 2147483647',
      '2000',
    ),
  ]);
  expect(receiver.last().path).toBe('/v1/metrics');
  expect(receiver.last().headers).toMatchObject({
    'content-type': 'application/x-protobuf',
    'x-key': 'secret',
    'x-tenant': 'shop',
  });
});

for (const endpoint of [
  'collector:4318',
  'ftp://collector',
  'http://',
  'http://a b',
]) {
  test.concurrent(`an OTLP endpoint cannot be ${endpoint}`, async () => {
    await using child = startChild('server.mjs', {
      env: { OTEL_EXPORTER_OTLP_ENDPOINT: endpoint },
    });
    await child.ask('/once');
    await child.stop();
    expect(child.stderr()).toBe(
      `${complaint(
        'OTEL_EXPORTER_OTLP_ENDPOINT',
        endpoint,
        'an http:// or https:// address',
        'http://localhost:4318',
      )}\n`,
    );
  });
}

test.concurrent('the level none silences every line', async () => {
  await using child = startChild('server.mjs', {
    env: {
      OTEL_LOG_LEVEL: 'none',
      OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc',
      OTEL_METRICS_EXPORTER: 'otlp',
      OTEL_SSE_MAX_ROUTES: 'x',
    },
  });
  await child.ask('/once');
  await child.stop();
  expect(child.stderr()).toBe('');
});

test.concurrent('the level debug writes nothing to standard output', async () => {
  await using receiver = await startReceiver();
  await using child = startChild('server.mjs', {
    env: { ...sendTo(receiver), OTEL_LOG_LEVEL: 'debug' },
  });
  await child.ask('/once');
  child.kill('SIGTERM');
  await child.ended;
  expect(child.stderr()).toContain('OTLPExportDelegate');
  expect(child.stdout()).toMatch(/^listening \d+\n$/);
});
