import { EventEmitter } from 'node:events';
import type { Socket } from 'node:net';
import { type Connection, WIRE_FINAL } from './connection.ts';
import { reportFailure } from './failure.ts';
import { CONNECTION, type MeasuredResponse } from './keys.ts';

// Bytes on the wire are `socket.bytesWritten` less what it was before this
// response: exact to the byte. It is read at collection and at the end, not at
// each write.

/** Begins to watch the connection's socket, now or once it has one. */
export function attachSocket(
  connection: Connection,
  onTimeout: (this: Socket) => void,
): void {
  const { response } = connection;
  const { socket } = response;
  if (socket === null) {
    // Pipelined: the response before it still has the socket. The event comes
    // before any byte is flushed.
    EventEmitter.prototype.once.call(response, 'socket', () => {
      if (response[CONNECTION] === connection) {
        attachSocket(connection, onTimeout);
      }
    });
    return;
  }
  connection.socket = socket;
  connection.wireBase = socket.bytesWritten;
  EventEmitter.prototype.on.call(socket, 'timeout', onTimeout);
}

/** Takes our listener off the socket, which may serve another response. */
export function detachSocket(
  connection: Connection,
  onTimeout: (this: Socket) => void,
): void {
  const { socket } = connection;
  if (socket === undefined) return;
  EventEmitter.prototype.removeListener.call(socket, 'timeout', onTimeout);
  connection.socket = undefined;
}

/** Adds what went out since the last reading. */
export function readWire(connection: Connection): void {
  const { socket, wireBase, series } = connection;
  if (socket === undefined || connection.has(WIRE_FINAL)) return;
  // It falls when buffered bytes are thrown away: the highest reading counts.
  const bytes = socket.bytesWritten - wireBase;
  // Not a number on a stream that serves as a socket.
  if (!(bytes > connection.wireBytes)) return;
  series.wireSize += bytes - connection.wireBytes;
  connection.wireBytes = bytes;
}

/** To be called when the original `end()` returned. */
export function readFinalWire(connection: Connection): void {
  if (connection.socket !== undefined) {
    readWire(connection);
    connection.flags |= WIRE_FINAL;
    return;
  }
  // Still without a socket: at `finish`, but before Node's own listener lets the
  // next pipelined response write.
  EventEmitter.prototype.prependOnceListener.call(
    connection.response,
    'finish',
    readAtFinish,
  );
}

function readAtFinish(this: MeasuredResponse): void {
  try {
    const connection = this[CONNECTION];
    if (connection === undefined) return;
    readWire(connection);
    connection.flags |= WIRE_FINAL;
  } catch (error) {
    reportFailure(error);
  }
}
