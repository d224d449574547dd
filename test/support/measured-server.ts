import type {
  IncomingMessage,
  OutgoingHttpHeaders,
  RequestListener,
  ServerResponse,
} from 'node:http';
import { connect } from 'node:net';
import type { Attributes } from '@opentelemetry/api';
import type { Histogram } from '@opentelemetry/sdk-metrics';
import type { SseInstrumentation } from '../../src/instrumentation.ts';
import { SERVER_METRICS, type ServerMetricKey } from '../../src/semconv.ts';
import type { SseInstrumentationConfig } from '../../src/types.ts';
import { measure } from './measured.ts';
import type { Metrics, Point } from './metric-reader.ts';
import { until } from './poll.ts';
import {
  createRawClient,
  type RawClient,
  startServer,
  type TestServer,
} from './sse-server.ts';

/** Headers of an event stream that has no protocol error. */
export const STREAM: OutgoingHttpHeaders = {
  'Content-Type': 'text/event-stream',
  'Cache-Control': 'no-cache',
};

/** One request as both ends have it. */
export interface Exchange {
  readonly client: RawClient;
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
}

/** A real server whose event streams a real MeterProvider reports. */
export interface MeasuredServer extends TestServer {
  readonly metrics: Metrics;
  readonly instrumentation: SseInstrumentation;
  /**
   * Sends a request and waits until the server has it. Nothing is answered
   * unless a listener was given.
   */
  exchange(path?: string, headers?: Record<string, string>): Promise<Exchange>;
  /** An exchange whose stream is open: its headers were received. */
  open(path?: string, headers?: Record<string, string>): Promise<Exchange>;
  /** Sum of the points of a metric whose attributes include `match`. */
  sum(key: ServerMetricKey, match?: Attributes): Promise<number>;
  /** How many values a histogram recorded, over points that match. */
  count(key: ServerMetricKey, match?: Attributes): Promise<number>;
  /** The only point of a histogram. */
  histogram(key: ServerMetricKey): Promise<Histogram>;
  /** The points of a metric; none: it is not reported. */
  points(key: ServerMetricKey): Promise<readonly Point[]>;
  /** Waits until so many connections are counted as closed. */
  closed(connections: number): Promise<void>;
}

/** Starts a server and measures it; `await using` ends both. */
export async function startMeasured(
  config: SseInstrumentationConfig = {},
  listener: RequestListener = () => {},
): Promise<MeasuredServer> {
  const { metrics, instrumentation } = measure(config);
  const waiting: ((arrived: Omit<Exchange, 'client'>) => void)[] = [];
  const server = await startServer((request, response) => {
    waiting.shift()?.({ request, response });
    listener(request, response);
  });
  const exchange: MeasuredServer['exchange'] = async (path, headers) => {
    const arrived = new Promise<Omit<Exchange, 'client'>>((resolve) => {
      waiting.push(resolve);
    });
    const client = await server.request(path, headers);
    return { client, ...(await arrived) };
  };
  const sum: MeasuredServer['sum'] = (key, match) =>
    metrics.sum(SERVER_METRICS[key].name, match);
  const points: MeasuredServer['points'] = async (key) =>
    (await metrics.collect()).get(SERVER_METRICS[key].name) ?? [];
  return {
    ...server,
    metrics,
    instrumentation,
    exchange,
    sum,
    async open(path, headers) {
      const opened = await exchange(path, headers);
      opened.response.writeHead(200, STREAM);
      opened.response.flushHeaders();
      await opened.client.waitFor('\r\n\r\n');
      return opened;
    },
    count: (key, match) => metrics.count(SERVER_METRICS[key].name, match),
    points,
    async histogram(key) {
      const [point, ...others] = await points(key);
      if (point === undefined || others.length > 0) {
        throw new Error(`${key} has ${others.length + (point ? 1 : 0)} points`);
      }
      return point.value as Histogram;
    },
    async closed(connections) {
      await until(
        'closed connections',
        () => sum('closedConnections'),
        (value) => value === connections,
      );
    },
    async [Symbol.asyncDispose]() {
      await server[Symbol.asyncDispose]();
      instrumentation.disable();
      await metrics.provider.shutdown();
    },
  };
}

/** Sends a whole request as text, over a socket of its own. */
export function send(port: number, text: string): RawClient {
  const client = createRawClient(connect(port, '127.0.0.1'));
  client.socket.write(text);
  return client;
}

/** Ends a stream and waits until its client has seen the end. */
export async function finish({ response, client }: Exchange): Promise<void> {
  response.end();
  client.socket.end();
  await client.closed;
}
