/** Both ends measured, with a real nginx between them. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { REGISTER } from '../../scripts/packed/project.ts';
import { type Nginx, startNginx } from '../browser/support/nginx.ts';
import { until } from '../support/poll.ts';
import { findFreePort } from '../support/ports.ts';
import { pathOf } from './support/files.ts';
import { readRules } from './support/metric-names.ts';
import { type Pipeline, startPipeline } from './support/pipeline.ts';
import { type Running, startProcess } from './support/process.ts';

/** Rules are evaluated each 15 s, and some need others. */
const EVALUATED_MS = 60_000;

let pipeline: Pipeline;
let nginx: Nginx;
let server: Running;
let reader: Running;
let urls: readonly string[];

function start(service: string, program: string, ...args: string[]): Running {
  const path = pathOf(`test/stack/programs/${program}`);
  const [port, ...urls] = args;
  return startProcess(process.execPath, ['--import', REGISTER, path, ...urls], {
    cwd: pathOf('.'),
    env: {
      PORT: port ?? '',
      OTEL_SERVICE_NAME: service,
      OTEL_METRICS_EXPORTER: 'otlp',
      OTEL_EXPORTER_OTLP_ENDPOINT: pipeline.url,
      OTEL_METRIC_EXPORT_INTERVAL: '500',
      OTEL_METRIC_EXPORT_TIMEOUT: '500',
    },
  });
}

beforeAll(async () => {
  pipeline = await startPipeline();
  const port = await findFreePort();
  server = start('even', 'even.mjs', String(port));
  await server.waitUntil('listening', async () => server.output() !== '');
  nginx = await startNginx(port);
  const direct = `http://127.0.0.1:${port}/direct`;
  urls = [nginx.buffered, nginx.unbuffered, direct];
  reader = start('reader', 'reader.mjs', '', ...urls);
});

afterAll(async () => {
  await reader?.[Symbol.asyncDispose]();
  await nginx?.[Symbol.asyncDispose]();
  await server?.[Symbol.asyncDispose]();
  await pipeline?.[Symbol.asyncDispose]();
});

test('the alert about buffering means the proxy that buffers, and no other', async () => {
  const alert = readRules().find(
    ({ name }) => name === 'SseBufferingSuspected',
  );
  const suspected = await until(
    'a suspicion',
    () => pipeline.query(alert?.expr ?? ''),
    ({ length }) => length > 0,
    EVALUATED_MS,
  );
  expect(suspected.map(({ labels }) => labels['url_template'])).toEqual([
    '/buffered',
  ]);
  // Of the other one all is there, too.
  const p50 = 'sse_client_event_interval_seconds:p50_5m';
  const even = `job_url_template:${p50}{url_template="/unbuffered"}`;
  expect(await pipeline.queryValue(even)).toBeGreaterThan(0.02);
});

test('what the server closes clients lose, unless a proxy makes it look whole', async () => {
  await server.stop();
  for (const url of urls) {
    await until(url, () => reader.output().includes(`ended ${url}`));
  }
  const closed = (end: string, labels: string) =>
    `sum(sse_${end}_closed_connections_total{${labels}})`;
  await pipeline.untilValue(
    closed('server', 'sse_connection_close_reason="shutdown"'),
    urls.length,
  );
  await pipeline.untilValue(
    closed('client', 'sse_client_close_reason="lost", url_template="/direct"'),
    1,
  );
  // With its default, HTTP/1.0, nginx cannot tell a stream that was cut from a whole one.
  await pipeline.untilValue(
    closed('client', 'sse_client_close_reason="completed"'),
    2,
  );
});
