import type { IncomingMessage } from 'node:http';
import { ATTR_HTTP_ROUTE, ERROR_TYPE_ABORTED, OTHER } from '../semconv.ts';
import { readTenths } from './clock.ts';
import { Connection, RESUMED } from './connection.ts';
import {
  ARRIVED,
  IGNORED,
  type MeasuredResponse,
  REJECTION,
  REPORTS,
  requestOf,
} from './keys.ts';
import type { ServerMonitor } from './monitor.ts';
import { asksForEventStream, hasHeader } from './request.ts';
import { findRoute } from './route.ts';
import { keepServerSpan } from './server-span.ts';
import { countError } from './writing.ts';

// What a record is made of, whatever the version of HTTP.

/**
 * Makes the record of an event stream, which counts nothing yet.
 *
 * @returns `undefined` when the user wants it left out.
 */
export function createRecord(
  monitor: ServerMonitor,
  response: MeasuredResponse,
  version: string,
): Connection | undefined {
  // Left out, it is no short request all the same.
  keepServerSpan(response, monitor.options.hasSpanEvents);
  if (isIgnored(monitor, response)) return undefined;
  const request = requestOf(response);
  const place = monitor.registry.placeOf(
    routeOf(monitor, request),
    request.method ?? OTHER,
    version,
    monitor.options.attributesHook?.(request),
  );
  const route = String(place.series.attributes[ATTR_HTTP_ROUTE]);
  const finals = monitor.options.findFinals(route);
  if (finals !== undefined) place.series.unfinished ??= 0;
  // Unknown when the request arrived before we were switched on.
  response[ARRIVED] ??= readTenths();
  const connection = new Connection(response, place, finals);
  if (hasHeader(request, 'last-event-id')) connection.flags |= RESUMED;
  return connection;
}

/** Counts what the application reported before the stream was recognised. */
export function takeReports(connection: Connection): void {
  const { response } = connection;
  for (const report of response[REPORTS] ?? []) report(connection);
  if (response[REPORTS] !== undefined) response[REPORTS] = undefined;
}

/** A request for an event stream that was answered with an error, or refused. */
export function noteFailure(
  monitor: ServerMonitor,
  response: MeasuredResponse,
  statusCode: number,
): void {
  if (statusCode < 400 || response.destroyed) return;
  if (noteRejection(monitor, response)) return;
  if (!asksForEventStream(requestOf(response))) return;
  countFailure(monitor, response, String(statusCode));
}

/** Counts a request for an event stream that did not get one. */
export function countFailure(
  monitor: ServerMonitor,
  response: MeasuredResponse,
  type: string = ERROR_TYPE_ABORTED,
): void {
  if (isIgnored(monitor, response)) return;
  const request = requestOf(response);
  monitor.registry.countFailure(
    routeOf(monitor, request),
    request.method ?? OTHER,
    type,
    monitor.options.attributesHook?.(request),
  );
}

/**
 * Counts a request that the guard refused: it is neither opened nor failed.
 *
 * @returns whether it was.
 */
export function noteRejection(
  monitor: ServerMonitor,
  response: MeasuredResponse,
): boolean {
  const rejection = response[REJECTION];
  if (rejection === undefined) return false;
  if (isIgnored(monitor, response)) return true;
  const request = requestOf(response);
  monitor.registry.countRejection(
    monitor.options.route?.(request) || rejection.route,
    request.method ?? OTHER,
    rejection.reason,
    monitor.options.attributesHook?.(request),
  );
  return true;
}

/** Whether the user wants a request left out: asked once. */
function isIgnored(
  monitor: ServerMonitor,
  response: MeasuredResponse,
): boolean {
  const { ignoreRequestHook } = monitor.options;
  if (ignoreRequestHook === undefined) return false;
  response[IGNORED] ??= ignoreRequestHook(requestOf(response)) === true;
  return response[IGNORED];
}

function routeOf({ options }: ServerMonitor, request: IncomingMessage): string {
  return options.route?.(request) || findRoute(request);
}

/**
 * What proxies and browsers make of the headers; once a connection.
 *
 * @param read - gives a header by its name in lower case.
 */
export function notePolicy(
  connection: Connection,
  statusCode: number,
  read: (name: string) => unknown,
): void {
  if (!/\bno-(cache|store)\b/i.test(String(read('cache-control')))) {
    countError(connection, 'cacheable');
  }
  if (read('content-length') !== undefined) {
    countError(connection, 'content_length');
  }
  if (statusCode !== 200) countError(connection, 'status');
}
