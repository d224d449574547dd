import { isEventStream } from '../protocol/content-type.ts';
import {
  CLOSED,
  COUNTED_OUTSIDE,
  type Connection,
  OPAQUE,
} from './connection.ts';
import { headerOf } from './headers.ts';
import {
  CONNECTION,
  EARLY,
  EXCHANGE,
  holderOf,
  type MeasuredResponse,
  REJECTION,
  requestOf,
} from './keys.ts';
import type { ServerMonitor } from './monitor.ts';
import {
  createRecord,
  noteFailure,
  notePolicy,
  noteRejection,
  takeReports,
} from './record.ts';
import {
  isCountedOutside,
  type OutsideListener,
  watchOwnWrite,
} from './source.ts';
import { attachSocket } from './wire.ts';

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
    noteFailure(monitor, response, statusCode);
    return;
  }
  if (noteRejection(monitor, response)) return;
  if (req.method === 'HEAD' || statusCode === 204 || statusCode === 304) return;
  const connection =
    response[EARLY] ?? createRecord(monitor, response, versionOf(response));
  if (response[EARLY] !== undefined) response[EARLY] = undefined;
  if (connection === undefined) return;
  response[CONNECTION] = connection;
  if (response.destroyed) {
    // Its client left before: what is written now is late, and `close` is past.
    connection.flags |= CLOSED;
    return;
  }
  monitor.add(connection);
  attachSocket(connection);
  noteEncoding(connection, headers, outside);
  notePolicy(connection, statusCode, (name) =>
    headerOf(response, headers, name),
  );
  noteFailure(monitor, response, statusCode);
  takeReports(connection);
}

/**
 * The record of a candidate that is written to above a compressor, which sends
 * the headers later.
 *
 * @returns `undefined` when there is nothing to count.
 */
export function recordOf(
  monitor: ServerMonitor,
  given: MeasuredResponse,
): Connection | undefined {
  const response = holderOf(given);
  const record = response[CONNECTION] ?? response[EARLY];
  if (record !== undefined) return record;
  if (!isServed(response) || response.headersSent) return undefined;
  if (response[REJECTION] !== undefined) return undefined;
  if (response.destroyed || requestOf(response).method === 'HEAD') {
    return undefined;
  }
  const early = createRecord(monitor, response, versionOf(response));
  if (early === undefined) return undefined;
  early.flags |= COUNTED_OUTSIDE;
  response[EARLY] = early;
  return early;
}

/**
 * Whether a server of Node's made the response: one that a test or an adapter made
 * by itself may never emit `close`.
 */
function isServed(response: MeasuredResponse): boolean {
  if (response[EXCHANGE] !== undefined) return true;
  return (
    (response.req.socket as { server?: unknown } | null)?.server !== undefined
  );
}

function versionOf({ req, [EXCHANGE]: exchange }: MeasuredResponse): string {
  if (exchange !== undefined) return '2';
  return req.httpVersion === '1.0' ? '1.0' : '1.1';
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

/** Whether a `Content-Encoding` hides what is written. */
export function isEncoded(encoding: unknown): boolean {
  return (
    encoding !== undefined &&
    String(encoding).trim().toLowerCase() !== 'identity'
  );
}
