import { cp, mkdir, realpath, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { REGISTER, startChild } from './support/child.ts';
import { install } from './support/installation.ts';
import { sendTo, startReceiver } from './support/receiver.ts';
import { FREE_PORT, scrape } from './support/scrape.ts';

const NAME = 'opentelemetry-instrumentation-sse:';
const API = '@opentelemetry/api';
const SDK = '@opentelemetry/sdk-metrics';
const RESOURCES = '@opentelemetry/resources';
const PROMETHEUS = '@opentelemetry/exporter-prometheus';
const PROTO = '@opentelemetry/exporter-metrics-otlp-proto';
const HTTP = '@opentelemetry/exporter-metrics-otlp-http';

const OTLP = { OTEL_METRICS_EXPORTER: 'otlp' };
const JSON_ONLY = { ...OTLP, OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json' };
const PROTO_ONLY = { ...OTLP, OTEL_EXPORTER_OTLP_PROTOCOL: 'http/protobuf' };

const MISSING: readonly [
  string,
  { has: string[]; env?: Record<string, string>; missing: string[] },
][] = [
  ['the SDK', { has: [API], missing: [SDK, RESOURCES, PROMETHEUS] }],
  ['the resources', { has: [API, SDK, PROMETHEUS], missing: [RESOURCES] }],
  [
    'the Prometheus exporter',
    { has: [API, SDK, RESOURCES, PROTO], missing: [PROMETHEUS] },
  ],
  [
    'every OTLP exporter',
    { has: [API, SDK, RESOURCES, PROMETHEUS], env: OTLP, missing: [PROTO] },
  ],
  [
    'the OTLP exporter for JSON',
    { has: [API, SDK, RESOURCES, PROTO], env: JSON_ONLY, missing: [HTTP] },
  ],
  [
    'the OTLP exporter for protobuf',
    { has: [API, SDK, RESOURCES, HTTP], env: PROTO_ONLY, missing: [PROTO] },
  ],
];

for (const [what, { has, env = {}, missing }] of MISSING) {
  test.concurrent(`says how to install ${what}, and the application runs on`, async () => {
    await using app = await install(has);
    await using child = startChild('server.mjs', { cwd: app.path, env });
    await child.ask('/once');
    await child.ask('/leave');
    expect(await child.ended).toBe(0);
    expect(child.stderr()).toBe(
      `${NAME} metrics need packages that are missing: npm install ${missing.join(' ')}\n`,
    );
  });
}

for (const flag of ['--import', '--require']) {
  test.concurrent(`says how to install the API by ${flag}, and the application runs on`, async () => {
    await using app = await install([]);
    await using child = startChild('server.mjs', {
      cwd: app.path,
      flags: [flag, REGISTER],
    });
    await child.ask('/once');
    await child.ask('/leave');
    expect(await child.ended).toBe(0);
    expect(child.stderr()).toBe(
      `${NAME} does nothing without its peer: npm install ${API}\n`,
    );
  });
}

test.concurrent('exports by what there is when another exporter is missing', async () => {
  await using app = await install([API, SDK, RESOURCES, PROMETHEUS]);
  await using child = startChild('server.mjs', {
    cwd: app.path,
    env: { ...FREE_PORT, OTEL_METRICS_EXPORTER: 'prometheus,otlp' },
  });
  await child.ask('/once');
  expect((await scrape(child)).sum('sse_server_sent_events_total')).toBe(1);
  await child.stop();
  expect(child.stderr()).toContain(`missing: npm install ${PROTO}\n`);
});

test.concurrent('sends JSON when only its exporter is there and no protocol is asked for', async () => {
  await using receiver = await startReceiver();
  await using app = await install([API, SDK, RESOURCES, HTTP]);
  await using child = startChild('server.mjs', {
    cwd: app.path,
    env: sendTo(receiver),
  });
  await child.ask('/once');
  await child.ask('/leave');
  expect(await child.ended).toBe(0);
  expect(receiver.last().headers['content-type']).toBe('application/json');
  expect(child.stderr()).toBe('');
});

test.concurrent('finds its packages in a strict layout, which the application does not see', async () => {
  await using app = await install([API, SDK, RESOURCES, PROMETHEUS], 'strict');
  await using child = startChild('server.mjs', {
    cwd: app.path,
    env: FREE_PORT,
  });
  await child.ask('/once');
  expect((await scrape(child)).sum('sse_server_sent_events_total')).toBe(1);
});

test.concurrent('says how to mend a package that lacks one of its own', async () => {
  await using app = await install([API, RESOURCES, PROMETHEUS]);
  const { resolve } = createRequire(import.meta.url);
  const sdk = dirname(dirname(await realpath(resolve(SDK))));
  await cp(sdk, join(app.path, 'node_modules', SDK), { recursive: true });
  await using child = startChild('server.mjs', { cwd: app.path });
  await child.ask('/once');
  await child.ask('/leave');
  expect(await child.ended).toBe(0);
  expect(child.stderr()).toBe(
    `${NAME} metrics need packages that are missing: npm install ${SDK}\n`,
  );
});

test.concurrent('says in one line that a package fails', async () => {
  await using app = await install([API, RESOURCES, PROMETHEUS]);
  const broken = join(app.path, 'node_modules', SDK);
  await mkdir(broken, { recursive: true });
  await writeFile(
    join(broken, 'index.js'),
    'throw new Error("it\\nis broken");',
  );
  await using child = startChild('server.mjs', { cwd: app.path });
  await child.ask('/once');
  await child.ask('/leave');
  expect(await child.ended).toBe(0);
  expect(child.stderr()).toBe(
    `${NAME} ${SDK} cannot be loaded: Error: it is broken\n`,
  );
});

test.concurrent('counts once when two copies of the package are switched on', async () => {
  await using app = await install([API, SDK, RESOURCES, PROMETHEUS]);
  await using child = startChild('server.mjs', {
    flags: ['--import', REGISTER, '--import', app.register],
    env: FREE_PORT,
  });
  await child.ask('/once');
  const metrics = await scrape(child);
  expect(metrics.sum('sse_server_sent_events_total')).toBe(1);
  expect(metrics.sum('sse_server_opened_connections_total')).toBe(1);
  await child.stop();
  expect(child.stderr().match(/metrics are at/g)).toHaveLength(1);
});
