import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { Program } from '../processes.ts';
import { INSTANCE_ID } from './recording.ts';

const PATHS = ['/events/orders', '/events/prices', '/events/chat'];
/** Exports of a recording, and one more: the first of the next round. */
const STEPS = 8;
/** Streams that come and go between two exports. */
const VISITS = 30;
const EXPORT_MS = 500;

/**
 * Runs a real instance with the package's own exporter, and takes what it exports
 * while readers come and go.
 *
 * @param streams - that stay open.
 * @returns exports, in protobuf.
 */
export async function recordInstance(streams: number): Promise<Buffer[]> {
  await using sink = await startSink();
  await using instance = new Program(
    'fleet-instance.mjs',
    ['--import', 'opentelemetry-instrumentation-sse/register'],
    {
      OTEL_METRICS_EXPORTER: 'otlp',
      OTEL_EXPORTER_OTLP_PROTOCOL: 'http/protobuf',
      OTEL_EXPORTER_OTLP_ENDPOINT: sink.url,
      OTEL_METRIC_EXPORT_INTERVAL: String(EXPORT_MS),
      OTEL_METRIC_EXPORT_TIMEOUT: String(EXPORT_MS),
      OTEL_SERVICE_NAME: 'fleet',
      OTEL_RESOURCE_ATTRIBUTES: `service.namespace=sse,service.instance.id=${INSTANCE_ID}`,
      OTEL_SSE_FINAL_EVENTS: 'done',
      OTEL_SSE_TRUST_PROXY: '1',
      OTEL_SSE_GUARD_PRESET: 'production',
      OTEL_SSE_GUARD_MAX_CONNECTIONS: String(2 * streams),
    },
  );
  await using load = new Program('load.mjs', [], {});
  const [port] = await Promise.all([
    instance.started<number>(),
    load.started<string>(),
  ]);
  const visit = async () => {
    for (const path of PATHS) {
      await load.ask('visit', {
        port,
        path,
        count: VISITS / PATHS.length,
        atOnce: 10,
      });
    }
    await instance.ask('broadcast');
  };
  await load.ask('hold', { port, paths: PATHS, count: streams });
  await instance.ask('fetch', { paths: PATHS });
  // So that every series is there before the first export.
  for (const path of PATHS) {
    const much = `${path}?much`;
    await load.ask('visit', { port, path: much, count: 1, atOnce: 1 });
  }
  await visit();
  const exports: Buffer[] = [await sink.next()];
  for (let step = 0; step < STEPS; step++) {
    await visit();
    exports.push(await sink.next());
  }
  return exports;
}

/** Takes OTLP, as a Collector would. */
async function startSink() {
  const waiting = new Set<(body: Buffer) => void>();
  const server = createServer(async (request, response) => {
    const body = await buffer(request);
    response.setHeader('Content-Type', 'application/x-protobuf').end();
    for (const take of waiting) take(body);
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const { port } = server.address() as AddressInfo;
  const arrived = () =>
    new Promise<Buffer>((resolve) => {
      const take = (body: Buffer) => {
        waiting.delete(take);
        resolve(body);
      };
      waiting.add(take);
    });
  return {
    url: `http://127.0.0.1:${port}`,
    /** An export of what is now: the next may have been collected before. */
    async next(): Promise<Buffer> {
      await arrived();
      return arrived();
    },
    async [Symbol.asyncDispose]() {
      server.close();
      server.closeAllConnections();
    },
  };
}
