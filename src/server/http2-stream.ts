import type { Socket } from 'node:net';
import { isEventStream } from '../protocol/content-type.ts';
import { COUNTED_OUTSIDE, HTTP2, OPAQUE } from './connection.ts';
import { guarded } from './failure.ts';
import type { Handlers } from './handlers.ts';
import {
  CONNECTION,
  EARLY,
  EXCHANGE,
  faceOf,
  type MeasuredStream,
} from './keys.ts';
import type { Method } from './patch.ts';
import { isEncoded } from './recognition.ts';
import {
  createRecord,
  noteFailure,
  notePolicy,
  noteRejection,
  takeReports,
} from './record.ts';
import { isCountedOutside } from './source.ts';

// What happens in the life of an HTTP/2 stream, told by the wrappers of http2.ts.

/** After `respond`: whether it is an event stream. Its headers are sent. */
export const recogniseStream = guarded(
  (handlers: Handlers, stream: MeasuredStream) => {
    const { monitor } = handlers;
    const exchange = stream[EXCHANGE];
    const headers = stream.sentHeaders;
    if (exchange === undefined || headers === undefined) return;
    if (stream[CONNECTION] !== undefined) return;
    const statusCode = Number(headers[':status']);
    noteFailure(monitor, stream, statusCode);
    // Ended by `respond` itself: HEAD, 204, 304, `endStream`.
    if (stream.writableEnded || stream.destroyed) return;
    const read = (name: string) => headerOf(headers, name);
    if (!isEventStream(read('content-type'))) return;
    if (noteRejection(monitor, stream)) return;
    const connection = stream[EARLY] ?? createRecord(monitor, stream, '2');
    if (stream[EARLY] !== undefined) stream[EARLY] = undefined;
    if (connection === undefined) return;
    connection.flags |= HTTP2;
    if (isCountedOutside(faceOf(stream))) connection.flags |= COUNTED_OUTSIDE;
    else if (isEncoded(read('content-encoding'))) connection.flags |= OPAQUE;
    stream[CONNECTION] = connection;
    monitor.add(connection);
    notePolicy(connection, statusCode, read);
    takeReports(connection);
    handlers.onHeadersSent(connection);
  },
);

/** Node keeps names as they were given. */
function headerOf(headers: object, name: string): unknown {
  for (const [key, value] of Object.entries(headers)) {
    if (key.length === name.length && key.toLowerCase() === name) return value;
  }
  return undefined;
}

/** Whether an `end()` now is the application's own, with the peer still there. */
export function canEndStream(stream: MeasuredStream): boolean {
  const { closed, aborted, destroyed, writableEnded } = stream;
  return !closed && !aborted && !destroyed && !writableEnded;
}

/** Before `close` or `destroy`: the peer's come when it is closed already. */
export const noteClosedHere = guarded((stream: MeasuredStream) => {
  const exchange = stream?.[EXCHANGE];
  if (exchange === undefined || stream.closed || stream.destroyed) return;
  const { session } = stream;
  if (session === undefined || session.destroyed) exchange.isSessionOver = true;
  else if (!hasLostSocket(session)) exchange.isClosedHere = true;
});

/** When its socket is gone, Node itself closes the streams of a session. */
function hasLostSocket(session: { readonly socket: Socket }): boolean {
  try {
    return session.socket.destroyed;
  } catch {
    // It throws once the session has no socket.
    return true;
  }
}

/** Before a stream emits. */
export const onStreamEvent = guarded(
  (handlers: Handlers, stream: MeasuredStream, event: unknown, of: unknown) => {
    const connection = stream?.[CONNECTION];
    if (connection !== undefined) {
      if (event === 'drain' || event === 'close') {
        handlers.onEvent(connection, event);
      } else if (event === 'pipe') {
        handlers.onPipe(faceOf(stream), of);
      }
    } else if (event === 'close' && stream?.[EXCHANGE] !== undefined) {
      handlers.onEarlyClose(stream);
    }
  },
);

/** An error that nobody hears is thrown, and Node emits no `close` after it. */
export function emitError(
  handlers: Handlers,
  stream: MeasuredStream,
  emit: Method,
  args: unknown[],
): unknown {
  let hasReturned = false;
  try {
    const isHeard = emit.apply(stream, args);
    hasReturned = true;
    return isHeard;
  } finally {
    // No `catch`: thrown again, Node would show this as the place.
    if (!hasReturned && stream?.destroyed) {
      onStreamEvent(handlers, stream, 'close', undefined);
    }
  }
}
