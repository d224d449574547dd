import { once } from 'node:events';
import type { IMetricReader, MeterProvider } from '@opentelemetry/sdk-metrics';
import { createSseGuard, type SseGuardOptions } from '../../src/guard.ts';
import { SseInstrumentation, sseViews } from '../../src/index.ts';
import {
  type SeriesShape,
  TYPICAL_SHAPE,
} from '../../src/metrics/series-shape.ts';
import { prometheusName, SERVER_METRICS } from '../../src/semconv.ts';
import { STREAM } from './measured-server.ts';
import { until } from './poll.ts';
import { nameOfSeries, startPrometheus } from './prometheus.ts';
import { formatRequest, startServer, type TestServer } from './sse-server.ts';

const MUCH = `data: ${'x'.repeat(100_000)}\n\n`;
const METHODS = ['GET', 'POST', 'QUERY'];
const VERSIONS = ['1.1', '1.0'];

/** What an instance serves; its guard has options instead of reasons. */
export type InstanceShape = Partial<
  Omit<SeriesShape, 'rejectionReasons' | 'clientTargets'>
>;

/** An instance all of whose metrics have a value, on each of its routes. */
export interface ShapedInstance extends AsyncDisposable {
  readonly provider: MeterProvider;
  /** Of its Prometheus endpoint. */
  readonly port: number;
  /** What a real Prometheus endpoint prints, without comments. */
  readonly lines: readonly string[];
}

/**
 * Starts an instance of a shape, and has it serve all there is.
 *
 * @param readers - further ones of its provider.
 */
export async function startShapedInstance(
  shape: InstanceShape = {},
  guardOptions?: SseGuardOptions,
  readers: readonly IMetricReader[] = [],
): Promise<ShapedInstance> {
  const whole = { ...TYPICAL_SHAPE, ...shape };
  const endpoint = await startPrometheus(sseViews(), readers);
  const instrumentation = new SseInstrumentation({
    route: ({ url = '' }) => url.replace(/\?.*/, ''),
    maxRoutes: whole.maxRoutes,
    maxEventTypes: whole.maxEventTypes,
    samplesPerSecond: 1_000_000,
    ...(whole.attributeSets > 1 && {
      attributesHook: ({ headers }) => ({
        tenant: String(headers['x-tenant']),
      }),
    }),
    ...(whole.hasFinalEvents && { finalEvents: ['done'] }),
    ...(whole.hasClientAddresses && { clientAddress: () => '192.0.2.1' }),
  });
  instrumentation.setMeterProvider(endpoint.provider);
  const guard = guardOptions && createSseGuard(guardOptions);
  const server = await startServer(async (request, response) => {
    const [, status] = /status=(\d+)/.exec(request.url ?? '') ?? [];
    const [, code] = /error=(\w+)/.exec(request.url ?? '') ?? [];
    if (status !== undefined) {
      response.writeHead(Number(status)).end();
      return;
    }
    if (guard?.admit(request, response) === false) return;
    response.writeHead(200, STREAM).flushHeaders();
    if (code !== undefined) {
      response.destroy(Object.assign(new Error(), { code }));
      return;
    }
    for (let type = 1; type < whole.types; type++) {
      response.write(`event: type-${type}\ndata: 1\n\n`);
    }
    response.write(MUCH);
    if (response.writableNeedDrain) await once(response, 'drain');
    response.end('data: last\n\n');
  });
  const stop = async () => {
    guard?.[Symbol.dispose]();
    instrumentation.disable();
    await server[Symbol.asyncDispose]();
    await endpoint[Symbol.asyncDispose]();
  };
  try {
    const counted = await requestAll(server, whole);
    let lines: readonly string[] = [];
    await until(
      `${counted.closed} closed, ${counted.failed} failed`,
      async () => {
        lines = await endpoint.scrape();
        return [
          sumOf(lines, 'closedConnections'),
          sumOf(lines, 'failedConnections'),
        ];
      },
      ([closed, failed]) =>
        closed === counted.closed && failed === counted.failed,
    );
    return {
      provider: endpoint.provider,
      port: endpoint.port,
      lines,
      [Symbol.asyncDispose]: stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** Asks by each route, method, version and tenant for each answer there is. */
async function requestAll(server: TestServer, shape: SeriesShape) {
  const answers = [
    '',
    ...Array.from({ length: shape.errorTypes }, (_, i) => `?error=E_CODE_${i}`),
    ...Array.from({ length: shape.statuses }, (_, i) => `?status=${400 + i}`),
  ];
  const counted = { closed: 0, failed: 0 };
  for (let route = 0; route < shape.routes; route++) {
    for (const method of METHODS.slice(0, shape.methods)) {
      for (const version of VERSIONS.slice(0, shape.versions)) {
        for (let tenant = 0; tenant < shape.attributeSets; tenant++) {
          for (const answer of answers) {
            const text = formatRequest(
              `/route-${route}${answer}`,
              {
                Accept: 'text/event-stream',
                Connection: 'close',
                'X-Tenant': `tenant-${tenant}`,
              },
              method,
            );
            const client = await server.connect();
            client.socket.write(text.replace('HTTP/1.1', `HTTP/${version}`));
            await client.closed;
            counted[answer.includes('status') ? 'failed' : 'closed']++;
          }
        }
      }
    }
  }
  return counted;
}

function sumOf(
  lines: readonly string[],
  key: 'closedConnections' | 'failedConnections',
): number {
  const name = prometheusName(SERVER_METRICS[key]);
  return lines
    .filter((line) => nameOfSeries(line) === name)
    .reduce((sum, line) => sum + Number(line.split(' ').at(-1)), 0);
}
