import { type Connection, WIRE_FINAL } from './connection.ts';

// Bytes on the wire are `socket.bytesWritten` less what it was before this
// response: exact to the byte. It is read at collection and at the end, not at
// each write.

/**
 * Begins to count on the connection's socket. A pipelined response has none until
 * the response before it is done; then this is called again.
 */
export function attachSocket(connection: Connection): void {
  const { socket } = connection.response;
  if (socket === null) return;
  connection.socket = socket;
  connection.wireBase = socket.bytesWritten;
}

/** HTTP/2: the socket is the session's; the bytes given to the stream count. */
export function countDataFrame(
  connection: Connection,
  chunk: string | Uint8Array,
  encoding: unknown,
): void {
  const bytes =
    typeof chunk === 'string'
      ? Buffer.byteLength(chunk, encoding as BufferEncoding)
      : chunk.byteLength;
  connection.series.wireSize += bytes;
  connection.wireBytes += bytes;
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

/**
 * Reads for the last time: when the original `end()` returned, or, if there was
 * no socket then, at `finish`, before the next pipelined response writes.
 */
export function readFinalWire(connection: Connection): void {
  if (connection.socket === undefined) return;
  readWire(connection);
  connection.flags |= WIRE_FINAL;
}
