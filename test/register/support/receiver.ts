import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { gunzipSync } from 'node:zlib';
import { until } from '../../support/poll.ts';
import { type Payload, readJson, readPayload } from './payload.ts';
import { decodeRequest } from './protobuf.ts';

/** One export that a collector got. */
interface Export extends Payload {
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  /** Sum of the points of a metric whose attributes include `match`. */
  sum(name: string, match?: Readonly<Record<string, unknown>>): number;
}

/** What stands for an OpenTelemetry Collector: it reads what it is sent. */
export interface Receiver extends AsyncDisposable {
  readonly port: number;
  readonly url: string;
  readonly exports: readonly Export[];
  /** The last export. */
  last(): Export;
  /** Resolves with the first export for which the condition holds. */
  waitFor(isWanted: (got: Export) => boolean): Promise<Export>;
}

/**
 * Receives OTLP over HTTP, JSON and protobuf.
 *
 * @param port - 0 takes a free one.
 * @param answer - a status to answer with, or `nothing`.
 */
export async function startReceiver(
  port = 0,
  answer: number | 'nothing' = 200,
): Promise<Receiver> {
  const exports: Export[] = [];
  const server = createServer(async (request, response) => {
    const body = await buffer(request);
    const { headers } = request;
    const plain =
      headers['content-encoding'] === 'gzip' ? gunzipSync(body) : body;
    const isJson = headers['content-type'] === 'application/json';
    const payload = isJson
      ? readJson(plain)
      : readPayload(decodeRequest(plain));
    exports.push({
      ...payload,
      path: request.url ?? '',
      headers,
      sum: (name, match = {}) =>
        payload.points
          .filter(
            (point) =>
              point.name === name &&
              Object.entries(match).every(
                ([key, value]) => point.attributes[key] === value,
              ),
          )
          .reduce((sum, { value }) => sum + value, 0),
    });
    if (answer !== 'nothing') response.writeHead(answer).end();
  });
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  const { port: actual } = server.address() as AddressInfo;
  return {
    port: actual,
    url: `http://127.0.0.1:${actual}`,
    exports,
    last() {
      const last = exports.at(-1);
      if (last === undefined) throw new Error('nothing was exported');
      return last;
    },
    async waitFor(isWanted) {
      await until('an export', () => exports.some(isWanted));
      return exports.find(isWanted) as Export;
    },
    async [Symbol.asyncDispose]() {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}

/** Makes a program send to a receiver, often. */
export function sendTo({ url }: Pick<Receiver, 'url'>): Record<string, string> {
  return {
    OTEL_EXPORTER_OTLP_ENDPOINT: url,
    OTEL_METRIC_EXPORT_INTERVAL: '60000',
  };
}
