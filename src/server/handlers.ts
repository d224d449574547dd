import { endBlocked, noteRefusal, reviewBlocked } from './backpressure.ts';
import {
  BLOCKED,
  CLOSED,
  COUNTED_OUTSIDE,
  type Connection,
  ENDED,
  HTTP2,
  OPAQUE,
  OPENED,
  TIMED_OUT,
} from './connection.ts';
import { guarded } from './failure.ts';
import { getHeader } from './headers.ts';
import { canEndStream } from './http2-stream.ts';
import {
  CANDIDATE,
  CONNECTION,
  EXCHANGE,
  faceOf,
  holderOf,
  type MeasuredResponse,
  type MeasuredStream,
  requestOf,
  SERVER_SPAN,
} from './keys.ts';
import { closeConnection, openConnection, revealEvents } from './lifecycle.ts';
import type { ServerMonitor } from './monitor.ts';
import { isEncoded, recognise, recordOf } from './recognition.ts';
import { countFailure } from './record.ts';
import { asksForEventStream } from './request.ts';
import {
  type OutsideListener,
  unwatchOutside,
  unwatchPiped,
  watchOwnWrite,
  watchPiped,
} from './source.ts';
import { attachSocket, countDataFrame, readFinalWire } from './wire.ts';
import { countWrite, isData } from './writing.ts';

/** What the wrappers on a response tell us. None of these throws. */
export interface Handlers {
  readonly monitor: ServerMonitor;
  readonly outside: OutsideListener;
  /** Its content type is an event stream's, and its headers are not sent. */
  onCandidate(response: MeasuredResponse): void;
  /** After `writeHead`; the reason may be left out, then it has the headers. */
  onHead(response: MeasuredResponse, reason: unknown, headers: unknown): void;
  onHeadersSent(connection: Connection): void;
  /** @returns whether the write belongs to the open stream; else it is late. */
  beforeWrite(
    connection: Connection,
    response: MeasuredResponse,
    chunk: unknown,
  ): boolean;
  onWritten(
    connection: Connection,
    chunk: unknown,
    encoding: unknown,
    accepted: unknown,
  ): void;
  onEnded(
    connection: Connection,
    chunk: unknown,
    encoding: unknown,
    couldEnd: boolean,
  ): void;
  /** Before an event stream's response emits. */
  onEvent(connection: Connection, event: unknown): void;
  /** Before a response emits `pipe`. */
  onPipe(response: MeasuredResponse, source: unknown): void;
  /** Before a response that is no event stream emits `close`. */
  onEarlyClose(response: MeasuredResponse): void;
  /** Lets every stream go as if it had never been watched. */
  release(): void;
}

/** The handlers that report to one monitor. */
export function createHandlers(monitor: ServerMonitor): Handlers {
  const outside = createOutsideListener(monitor);
  return {
    monitor,
    outside,
    onCandidate: guarded((response) => {
      watchOwnWrite(response, outside);
      response[CANDIDATE] = true;
    }),
    onHead: guarded((response, reason, headers) => {
      const given = typeof reason === 'string' ? headers : (headers ?? reason);
      recognise(monitor, response, given, outside);
    }),
    onHeadersSent: guarded((connection) => openConnection(monitor, connection)),
    beforeWrite: guarded((connection, response, chunk) => {
      if (connection.has(CLOSED) || response.destroyed) {
        noteLateWrite(connection, chunk);
        return false;
      }
      // Node answers it with an error.
      if (response.writableEnded) return false;
      if (connection.has(BLOCKED)) noteBlockedWrite(monitor, connection, chunk);
      return true;
    }),
    onWritten: guarded((connection, chunk, encoding, accepted) => {
      openConnection(monitor, connection);
      countData(monitor, connection, chunk, encoding);
      if (accepted === false) noteRefusal(connection);
    }),
    onEnded: guarded((connection, chunk, encoding, couldEnd) => {
      if (!couldEnd) {
        if (connection.has(CLOSED)) noteLateWrite(connection, chunk);
        return;
      }
      openConnection(monitor, connection);
      connection.flags |= ENDED;
      countData(monitor, connection, chunk, encoding);
      readFinalWire(connection);
    }),
    onEvent: guarded((connection, event) => {
      switch (event) {
        case 'socket':
          attachSocket(connection);
          break;
        case 'drain':
          endBlocked(monitor, connection);
          break;
        case 'timeout':
          process.nextTick(noteTimeout, connection);
          break;
        case 'finish':
          readFinalWire(connection);
          break;
        case 'close':
          onClose(monitor, connection);
      }
    }),
    onPipe: guarded((response, source) => {
      const connection = response && holderOf(response)[CONNECTION];
      if (connection === undefined) {
        if (!response?.[CANDIDATE]) return;
        if (!isEncoded(getHeader(response, 'content-encoding'))) return;
      } else if (!connection.has(OPAQUE) || connection.contentBytes > 0) {
        return;
      }
      if (watchPiped(response, source, outside)) revealEvents(connection);
    }),
    onEarlyClose: guarded((response) => {
      if (!response.headersSent && asksForEventStream(requestOf(response))) {
        countFailure(monitor, response);
      }
    }),
    release() {
      for (const { response } of monitor.connections) {
        unwatchOutside(faceOf(response));
        delete response[CONNECTION];
        delete response[SERVER_SPAN];
        delete faceOf(response)[CANDIDATE];
      }
    },
  };
}

function noteLateWrite(connection: Connection, chunk: unknown): void {
  if (connection.has(COUNTED_OUTSIDE) || !isData(chunk)) return;
  connection.series.lateWrites++;
}

function noteBlockedWrite(
  monitor: ServerMonitor,
  connection: Connection,
  chunk: unknown,
): void {
  reviewBlocked(monitor, connection);
  if (!connection.has(BLOCKED) || connection.has(COUNTED_OUTSIDE)) return;
  if (isData(chunk)) connection.series.blockedWrites++;
}

function onClose(monitor: ServerMonitor, connection: Connection): void {
  const { response } = connection;
  if (
    !connection.has(OPENED | CLOSED) &&
    asksForEventStream(requestOf(response))
  ) {
    countFailure(monitor, response);
  }
  closeConnection(monitor, connection);
  unwatchPiped(faceOf(response));
}

/**
 * Node emits `timeout` on the response, then destroys the socket unless the
 * application listens: then it is up to the application.
 */
function noteTimeout(connection: Connection): void {
  if (connection.socket?.destroyed) connection.flags |= TIMED_OUT;
}

function createOutsideListener(monitor: ServerMonitor): OutsideListener {
  return {
    canEnd,
    onWrite: guarded((response: MeasuredResponse, chunk, encoding) => {
      if (!isData(chunk)) return;
      const connection = recordOf(monitor, response);
      if (connection === undefined) return;
      if (connection.has(CLOSED) || connection.response.destroyed) {
        connection.series.lateWrites++;
        return;
      }
      if (connection.has(BLOCKED)) connection.series.blockedWrites++;
      countWrite(monitor, connection, chunk, encoding);
    }),
    onEnd: guarded((response: MeasuredResponse, chunk, encoding) => {
      const connection = recordOf(monitor, response);
      if (connection === undefined) return;
      connection.flags |= ENDED;
      if (isData(chunk)) countWrite(monitor, connection, chunk, encoding);
    }),
  };
}

/** Counts what was given to the response itself. */
function countData(
  monitor: ServerMonitor,
  connection: Connection,
  chunk: unknown,
  encoding: unknown,
): void {
  if (!isData(chunk)) return;
  if (connection.has(HTTP2)) countDataFrame(connection, chunk, encoding);
  if (connection.has(COUNTED_OUTSIDE)) return;
  countWrite(monitor, connection, chunk, encoding);
}

/** Whether an `end()` now is the application's own, with the peer still there. */
function canEnd(response: MeasuredResponse): boolean {
  const holder = holderOf(response);
  if (holder[EXCHANGE] !== undefined) {
    return canEndStream(holder as MeasuredStream);
  }
  const { socket } = response;
  return (
    !response.writableEnded &&
    !response.destroyed &&
    !socket?.destroyed &&
    !socket?.readableEnded
  );
}
