import { EventEmitter } from 'node:events';
import type { Socket } from 'node:net';
import { endBlocked, noteRefusal, reviewBlocked } from './backpressure.ts';
import {
  CLOSED,
  COUNTED_OUTSIDE,
  type Connection,
  ENDED,
  OPENED,
  TIMED_OUT,
} from './connection.ts';
import { guarded } from './failure.ts';
import {
  CANDIDATE,
  CONNECTION,
  type MeasuredResponse,
  responseOf,
} from './keys.ts';
import { closeConnection, openConnection } from './lifecycle.ts';
import type { ServerMonitor } from './monitor.ts';
import { countFailure, type Listeners } from './recognition.ts';
import { unwatchOutside } from './source.ts';
import { detachSocket, readFinalWire } from './wire.ts';
import { countWrite, isData } from './writing.ts';

/** What the wrappers on a response tell us. None of these throws. */
export interface Handlers extends Listeners {
  readonly monitor: ServerMonitor;
  /** A response that asked for an event stream closed, whatever it became. */
  onEarlyClose(this: MeasuredResponse): void;
  onHeadersSent(connection: Connection): void;
  /** @returns whether the write belongs to the open stream; else it is late. */
  beforeWrite(connection: Connection, chunk: unknown): boolean;
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
  /** Lets every stream go as if it had never been watched. */
  release(): void;
}

/** The handlers that report to one monitor. */
export function createHandlers(monitor: ServerMonitor): Handlers {
  const onClose = guarded(function (this: MeasuredResponse) {
    const connection = this[CONNECTION];
    if (connection === undefined) return;
    closeConnection(monitor, connection);
    detachSocket(connection, onTimeout);
  });

  const onTimeout = guarded(function (this: Socket) {
    const connection = responseOf(this)?.[CONNECTION];
    // Node's own listener came first; it destroys the socket unless the
    // application has a listener that did not.
    if (connection !== undefined && this.destroyed) {
      connection.flags |= TIMED_OUT;
    }
  });

  const onEarlyClose = guarded(function (this: MeasuredResponse) {
    const connection = this[CONNECTION];
    if (connection?.has(OPENED)) return;
    if (connection !== undefined || !this.headersSent) {
      countFailure(monitor, this);
    }
  });

  const onDrain = guarded(function (this: MeasuredResponse) {
    const connection = this[CONNECTION];
    if (connection === undefined) return;
    endBlocked(monitor, connection);
  });

  return {
    monitor,
    onClose,
    onTimeout,
    onEarlyClose,
    onHeadersSent: guarded((connection) => openConnection(monitor, connection)),
    beforeWrite: guarded((connection, chunk) => {
      const { response, series } = connection;
      const isOutside = connection.has(COUNTED_OUTSIDE);
      if (connection.has(CLOSED) || response.destroyed) {
        if (!isOutside && isData(chunk)) series.lateWrites++;
        return false;
      }
      // Node answers it with an error.
      if (response.writableEnded) return false;
      if (connection.blockedFrom !== 0) {
        reviewBlocked(monitor, connection);
        if (connection.blockedFrom !== 0 && !isOutside) series.blockedWrites++;
      }
      return true;
    }),
    onWritten: guarded((connection, chunk, encoding, accepted) => {
      openConnection(monitor, connection);
      if (!connection.has(COUNTED_OUTSIDE) && isData(chunk)) {
        countWrite(monitor, connection, chunk, encoding);
      }
      if (accepted === false) noteRefusal(connection, onDrain);
    }),
    onEnded: guarded((connection, chunk, encoding, couldEnd) => {
      const isOutside = connection.has(COUNTED_OUTSIDE);
      if (!couldEnd) {
        const isLate = connection.has(CLOSED) && !isOutside && isData(chunk);
        if (isLate) connection.series.lateWrites++;
        return;
      }
      openConnection(monitor, connection);
      if (!isOutside) {
        connection.flags |= ENDED;
        if (isData(chunk)) countWrite(monitor, connection, chunk, encoding);
      }
      readFinalWire(connection);
    }),
    outside: {
      canEnd,
      onWrite: guarded((response: MeasuredResponse, chunk, encoding) => {
        const connection = response[CONNECTION];
        if (connection === undefined || !isData(chunk)) return;
        if (connection.has(CLOSED) || response.destroyed) {
          connection.series.lateWrites++;
          return;
        }
        if (connection.blockedFrom !== 0) connection.series.blockedWrites++;
        countWrite(monitor, connection, chunk, encoding);
      }),
      onEnd: guarded((response: MeasuredResponse, chunk, encoding) => {
        const connection = response[CONNECTION];
        if (connection === undefined) return;
        connection.flags |= ENDED;
        if (isData(chunk)) countWrite(monitor, connection, chunk, encoding);
      }),
    },
    release() {
      const { removeListener } = EventEmitter.prototype;
      for (const connection of monitor.connections) {
        const { response } = connection;
        removeListener.call(response, 'close', onClose);
        removeListener.call(response, 'close', onEarlyClose);
        removeListener.call(response, 'drain', onDrain);
        detachSocket(connection, onTimeout);
        unwatchOutside(response);
        delete response[CONNECTION];
        delete response[CANDIDATE];
      }
    },
  };
}

/** Whether an `end()` now is the application's own, with the peer still there. */
function canEnd(response: MeasuredResponse): boolean {
  const { socket } = response;
  return (
    !response.writableEnded &&
    !response.destroyed &&
    !socket?.destroyed &&
    !socket?.readableEnded
  );
}
