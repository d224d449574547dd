import { once } from 'node:events';
import { get, type IncomingMessage, type Server } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import type { Attributes } from '@opentelemetry/api';
import { EventSource } from 'eventsource';
import { SERVER_METRICS, type ServerMetricKey } from '../../src/semconv.ts';
import type {
  SseConnectionSummary,
  SseInstrumentationConfig,
} from '../../src/types.ts';
import { type Measured, measure } from './measured.ts';
import { until } from './poll.ts';
import {
  createRawClient,
  formatRequest,
  type RawClient,
} from './sse-server.ts';

/** The server of a framework, as the framework starts it, measured. */
export interface FrameworkServer extends AsyncDisposable {
  readonly port: number;
  readonly url: string;
  readonly summaries: Measured['summaries'];
  /** Sum of the points of a metric whose attributes include `match`. */
  sum(key: ServerMetricKey, match?: Attributes): Promise<number>;
  /** How many events of a type were sent. */
  events(type: string, match?: Attributes): Promise<number>;
  /** Opens an `EventSource` that has received so many events. */
  receive(path: string, events: number): Promise<Receiver>;
  /** Requests it in an encoding; the body is left as it was sent. */
  request(path: string, encoding: string): Promise<IncomingMessage>;
  /** Opens a bare socket that has received `text`. */
  open(path: string, text: string): Promise<RawClient>;
  /** Waits until one connection is counted as closed for that reason. */
  closed(reason: string, match?: Attributes): Promise<void>;
  /** Waits until a stream has closed. @returns what is told of it. */
  summary(): Promise<SseConnectionSummary | undefined>;
}

/** An `EventSource` that keeps the data of what it receives. */
interface Receiver {
  readonly received: readonly string[];
  close(): void;
}

/**
 * Measures what a framework serves; `await using` ends both.
 *
 * @param start - starts it on port 0 of 127.0.0.1.
 * @param stop - ends it, as its users do.
 */
export async function startFramework(
  start: () => Server | Promise<Server>,
  config: SseInstrumentationConfig = {},
  stop?: () => Promise<unknown>,
): Promise<FrameworkServer> {
  const { metrics, summaries, instrumentation } = measure(config);
  const server = await start();
  if (!server.listening) await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const url = `http://127.0.0.1:${port}`;
  const sources: EventSource[] = [];
  const sum: FrameworkServer['sum'] = (key, match) =>
    metrics.sum(SERVER_METRICS[key].name, match);
  return {
    port,
    url,
    summaries,
    sum,
    events: (type, match) =>
      sum('sentEvents', { ...match, 'sse.event.type': type }),
    async receive(path, events) {
      const source = new EventSource(url + path);
      sources.push(source);
      const received: string[] = [];
      for (const type of ['hello', 'message']) {
        source.addEventListener(type, ({ data }) => received.push(data));
      }
      await until('events', () => received.length === events);
      return { received, close: () => source.close() };
    },
    async request(path, encoding) {
      const headers = { 'accept-encoding': encoding };
      const sent = get(url + path, { agent: false, headers });
      const [response] = await once(sent, 'response');
      return response as IncomingMessage;
    },
    async open(path, text) {
      const client = createRawClient(connect(port, '127.0.0.1'));
      client.socket.write(formatRequest(path));
      await client.waitFor(text);
      return client;
    },
    async closed(reason, match) {
      const closes = { ...match, 'sse.connection.close_reason': reason };
      await until(
        `a close as ${reason}`,
        () => sum('closedConnections', closes),
        (closed) => closed === 1,
      );
    },
    async summary() {
      await until('the close', () => summaries.length === 1);
      return summaries[0];
    },
    async [Symbol.asyncDispose]() {
      for (const source of sources) source.close();
      const closed = once(server, 'close');
      const stopped = stop === undefined ? server.close() : stop();
      server.closeAllConnections();
      await Promise.all([stopped, closed]);
      instrumentation.disable();
    },
  };
}
