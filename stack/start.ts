/**
 * The door of `npm run stack`: the stack of docker-compose.yml as programs of this
 * machine, but for Grafana. Ctrl-C ends it.
 */
import { once } from 'node:events';

import { printTable } from '../scripts/packed/project.ts';
import { APPS } from './parts.ts';
import { type Stack, startStack } from './stack.ts';

const stopping = new AbortController();
const { signal } = stopping;
const stop = () => stopping.abort();
// Ctrl-C reaches this process once from the terminal and once from npm.
for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(name, stop);
// `npm run stack | head` closes the pipe.
process.stdout.on('error', stop);

try {
  await using stack = await startStack({
    signal,
    onHealthy: (name) => console.log(`${name}: healthy`),
    onDeath(error) {
      fail(error);
      stop();
    },
  });
  printAddresses(stack);
  if (!signal.aborted) await once(signal, 'abort');
  console.log('\nStopping.');
} catch (error) {
  if (!signal.aborted) fail(error);
}

function fail(error: unknown): void {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}

function printAddresses({ urlOf }: Stack): void {
  const nginx = urlOf('nginx:8080');
  printTable(
    ['part', 'URL'],
    [
      ['page', `${nginx}/`],
      ['stream', `${nginx}/events`],
      ...APPS.map((app) => [app, `${urlOf(`${app}:8080`)}/`]),
      ['collector, OTLP/HTTP', urlOf('otel-collector:4318')],
      ['collector, OTLP/gRPC', urlOf('otel-collector:4317')],
      ['collector, metrics', `${urlOf('otel-collector:8888')}/metrics`],
      // What is built from source has no pages.
      ['prometheus, API', `${urlOf('prometheus:9090')}/api/v1/targets`],
      ['alertmanager, API', `${urlOf('alertmanager:9093')}/api/v2/status`],
      ['mails and webhooks', `${urlOf('catcher:8025')}/`],
    ],
  );
  console.log(`
The first figures are in Prometheus after 15 s. A Grafana of yours shows them:
import grafana/rendered/*.json, with ${urlOf('prometheus:9090')}
as its Prometheus. Ctrl-C ends everything.`);
}
