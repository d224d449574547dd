import { isEventStream } from '../protocol/content-type.ts';
import { ATTR_HTTP_ROUTE, ERROR_TYPE_ABORTED, OTHER } from '../semconv.ts';
import {
  CLOSED,
  COUNTED_OUTSIDE,
  Connection,
  OPAQUE,
  RESUMED,
} from './connection.ts';
import { callHook } from './failure.ts';
import { headerOf } from './headers.ts';
import {
  ARRIVED,
  CONNECTION,
  EARLY,
  type MeasuredResponse,
  REPORTS,
} from './keys.ts';
import type { ServerMonitor } from './monitor.ts';
import { asksForEventStream, hasHeader } from './request.ts';
import { findRoute } from './route.ts';
import {
  isCountedOutside,
  type OutsideListener,
  watchOwnWrite,
} from './source.ts';
import { attachSocket } from './wire.ts';
import { countError } from './writing.ts';

/**
 * Decides at `writeHead`, where every path ends, whether a response is an event
 * stream, and makes its record if so.
 *
 * @param headers - the last argument of `writeHead`.
 */
export function recognise(
  monitor: ServerMonitor,
  response: MeasuredResponse,
  headers: unknown,
  outside: OutsideListener,
): void {
  const { statusCode, req } = response;
  if (response[CONNECTION] !== undefined) return;
  if (!isServed(response)) return;
  if (!isEventStream(headerOf(response, headers, 'content-type'))) {
    noteFailure(monitor, response);
    return;
  }
  if (req.method === 'HEAD' || statusCode === 204 || statusCode === 304) return;
  const connection = response[EARLY] ?? createConnection(monitor, response);
  delete response[EARLY];
  response[CONNECTION] = connection;
  if (response.destroyed) {
    // Its client left before: what is written now is late, and `close` is past.
    connection.flags |= CLOSED;
    return;
  }
  monitor.add(connection);
  attachSocket(connection);
  noteEncoding(connection, headers, outside);
  notePolicy(connection, headers);
  noteFailure(monitor, response);
  for (const report of response[REPORTS] ?? []) report(connection);
  delete response[REPORTS];
}

/**
 * The record of a candidate that is written to above a compressor, which sends
 * the headers later.
 *
 * @returns `undefined` when there is nothing to count.
 */
export function recordOf(
  monitor: ServerMonitor,
  response: MeasuredResponse,
): Connection | undefined {
  const record = response[CONNECTION] ?? response[EARLY];
  if (record !== undefined) return record;
  if (!isServed(response) || response.headersSent) return undefined;
  if (response.destroyed || response.req.method === 'HEAD') return undefined;
  response[EARLY] = createConnection(monitor, response);
  return response[EARLY];
}

/**
 * Whether a server of Node's made the response: one that a test or an adapter made
 * by itself may never emit `close`.
 */
function isServed({ req }: MeasuredResponse): boolean {
  return (req.socket as { server?: unknown } | null)?.server !== undefined;
}

function createConnection(
  monitor: ServerMonitor,
  response: MeasuredResponse,
): Connection {
  const { req } = response;
  const place = monitor.registry.placeOf(
    routeOf(monitor, response),
    req.method ?? OTHER,
    req.httpVersion === '1.0' ? '1.0' : '1.1',
  );
  const route = String(place.series.attributes[ATTR_HTTP_ROUTE]);
  const finals = monitor.options.findFinals(route);
  if (finals !== undefined) place.series.unfinished ??= 0;
  // Unknown when the request arrived before we were switched on.
  response[ARRIVED] ??= performance.now();
  const connection = new Connection(response, place, finals);
  if (hasHeader(req, 'last-event-id')) connection.flags |= RESUMED;
  return connection;
}

/** A request for an event stream that was answered with an error. */
function noteFailure(monitor: ServerMonitor, response: MeasuredResponse): void {
  const { statusCode, req } = response;
  if (statusCode < 400 || response.destroyed || !asksForEventStream(req))
    return;
  countFailure(monitor, response, String(statusCode));
}

/** Counts a request for an event stream that did not get one. */
export function countFailure(
  monitor: ServerMonitor,
  response: MeasuredResponse,
  type: string = ERROR_TYPE_ABORTED,
): void {
  monitor.registry.countFailure(
    routeOf(monitor, response),
    response.req.method ?? OTHER,
    type,
  );
}

function routeOf(monitor: ServerMonitor, { req }: MeasuredResponse): string {
  const hook = monitor.options.route;
  const route: unknown =
    hook === undefined ? undefined : callHook('route', () => hook(req));
  return typeof route === 'string' && route !== '' ? route : findRoute(req);
}

/** Where its events are seen: here, above a compressor, or nowhere. */
function noteEncoding(
  connection: Connection,
  headers: unknown,
  outside: OutsideListener,
): void {
  const { response } = connection;
  const encoding = headerOf(response, headers, 'content-encoding');
  if (isEncoded(encoding)) watchOwnWrite(response, outside);
  if (isCountedOutside(response)) connection.flags |= COUNTED_OUTSIDE;
  else if (isEncoded(encoding)) connection.flags |= OPAQUE;
}

function isEncoded(encoding: unknown): boolean {
  return (
    encoding !== undefined &&
    String(encoding).trim().toLowerCase() !== 'identity'
  );
}

/** What proxies and browsers make of the headers; once a connection. */
function notePolicy(connection: Connection, headers: unknown): void {
  const { response } = connection;
  const cacheControl = headerOf(response, headers, 'cache-control');
  if (!/\bno-(cache|store)\b/i.test(String(cacheControl))) {
    countError(connection, 'cacheable');
  }
  if (headerOf(response, headers, 'content-length') !== undefined) {
    countError(connection, 'content_length');
  }
  if (response.statusCode !== 200) countError(connection, 'status');
}
