import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, test } from 'vitest';
import { until } from '../support/poll.ts';
import { findFreePort } from '../support/ports.ts';
import { startCollector } from './support/collector.ts';
import { pathOf } from './support/files.ts';
import { get, startHttpApp } from './support/http-app.ts';
import { createSender, deliver } from './support/otlp-sender.ts';
import { startPrometheusServer } from './support/prometheus-server.ts';

/** Sends each request to the next one: the simplest load balancer. */
async function startBalancer(targets: readonly string[]) {
  const counts = targets.map(() => 0);
  let next = 0;
  const server = createServer(async (request, response) => {
    const chosen = next;
    next = (next + 1) % targets.length;
    counts[chosen] = (counts[chosen] ?? 0) + 1;
    const body: Buffer[] = [];
    for await (const chunk of request) body.push(chunk as Buffer);
    const { 'content-type': type = '', 'content-encoding': encoding = '' } =
      request.headers;
    const answer = await fetch(`${targets[chosen]}${request.url}`, {
      method: 'POST',
      headers: { 'Content-Type': type, 'Content-Encoding': encoding },
      body: Buffer.concat(body),
    });
    response.writeHead(answer.status).end(await answer.text());
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    counts,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await once(server.close(), 'close');
    },
  };
}

async function overridesFor(exportTo?: string): Promise<string[]> {
  const overrides = [
    `yaml:receivers::otlp::protocols::grpc::endpoint: 127.0.0.1:${await findFreePort()}`,
  ];
  if (exportTo !== undefined) {
    overrides.push(
      `yaml:exporters::otlp_http/prometheus::endpoint: ${exportTo}`,
    );
  }
  return overrides;
}

test('two agents, two gateways: every event counts, whichever way it takes', async () => {
  await using prometheus = await startPrometheusServer();
  const prometheusUrl = prometheus.url;
  const startGateway = async () =>
    startCollector([pathOf('otel-collector/gateway.yaml')], {
      prometheusUrl,
      overrides: await overridesFor(`${prometheusUrl}/api/v1/otlp`),
    });
  await using first = await startGateway();
  await using second = await startGateway();
  await using balancer = await startBalancer([first.url, second.url]);
  const startAgent = async (name: string) =>
    startCollector([pathOf('otel-collector/config.yaml')], {
      prometheusUrl,
      overrides: await overridesFor(),
      env: { EXPORT_URL: balancer.url, COLLECTOR_ID: name },
    });
  await using north = await startAgent('north');
  await using south = await startAgent('south');

  const resource = { 'telemetry.sdk.language': 'webjs' };
  const senders = [north, south].map(({ url }) =>
    createSender({ url, temporality: 'delta', resource }),
  );
  await using app = await startHttpApp({
    service: 'shop',
    hasViews: false,
    exportTo: south.url,
  });
  for (let round = 0; round < 10; round++) {
    for (const send of senders) {
      const points = [{ value: 1 }];
      await deliver(send, { name: 'sse.client.received.events', points });
    }
    await get(`${app.url}/users/1/events?milliseconds=500`);
  }
  const read = async () => {
    const samples = await prometheus.query(
      'sum by (instance) (sse_client_received_events_total) or sum by (job) (sse_server_closed_connections_total)',
    );
    return Object.fromEntries(
      samples.map(({ labels: { instance, job }, value }) => [
        instance ?? job ?? '',
        value,
      ]),
    );
  };
  const all = { north: 10, south: 10, shop: 10 };
  const isComplete = (found: Record<string, number>) =>
    Object.entries(all).every(([name, count]) => found[name] === count);
  expect(await until('all', read, isComplete, 20_000)).toEqual(all);
  expect(Math.min(...balancer.counts)).toBeGreaterThan(2);
});
