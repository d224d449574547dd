import type { Socket } from 'node:net';
import { CLOSE_REASONS, type CloseReason, OTHER } from '../semconv.ts';
import { type Connection, ENDED, TIMED_OUT } from './connection.ts';
import { CLOSE_CAUSE, type MeasuredResponse } from './keys.ts';

/** Why a connection closed. */
export interface CloseCause {
  readonly reason: CloseReason;
  /** Code or class name; only with the reason `error`. */
  readonly errorType?: string;
}

/** What a client that leaves makes of its socket. */
const DISCONNECTS = new Set(['ECONNRESET', 'EPIPE', 'ECONNABORTED']);

const ERROR_CODE = /^[A-Z][A-Z0-9_]{1,39}$/;

/**
 * Decides at `close` why a connection ended; the order of the questions is what
 * makes it right: see docs/discoveries.md.
 */
export function decideCloseCause(connection: Connection): CloseCause {
  const { response } = connection;
  const guardCause = guardCauseOf(response);
  if (guardCause !== undefined) return { reason: guardCause };
  if (connection.has(ENDED)) return { reason: 'completed' };
  const socket = socketOf(connection);
  const own: unknown = response.errored;
  const peer: unknown = socket?.errored;
  if (
    connection.has(TIMED_OUT) ||
    codeOf(own) === 'ERR_HTTP_REQUEST_TIMEOUT' ||
    codeOf(peer) === 'ERR_HTTP_REQUEST_TIMEOUT'
  ) {
    return { reason: 'timeout' };
  }
  if (socket?.readableEnded) return { reason: 'client_disconnect' };
  if (peer !== own && isDisconnect(peer)) {
    return { reason: 'client_disconnect' };
  }
  // Destroyed with whatever the application had: it need not be an Error.
  const cause = own ?? peer;
  if (cause !== undefined && cause !== null) {
    return { reason: 'error', errorType: errorTypeOf(cause) };
  }
  const isListening = socket?.server?.listening !== false;
  return { reason: isListening ? 'server_close' : 'shutdown' };
}

/** Why the guard closed it, if it did. */
export function guardCauseOf(
  response: MeasuredResponse,
): CloseReason | undefined {
  const cause = response[CLOSE_CAUSE];
  return cause && CLOSE_REASONS.includes(cause) ? cause : undefined;
}

/** Whether an error is what a client that leaves makes of its socket. */
export function isDisconnect(error: unknown): boolean {
  return DISCONNECTS.has(codeOf(error) ?? '');
}

/** The error's code if it looks like one, else its class name, else `_OTHER`. */
export function errorTypeOf(error: unknown): string {
  const code = codeOf(error);
  if (code !== undefined && ERROR_CODE.test(code)) return code;
  if (!(error instanceof Error)) return OTHER;
  const name = readFrom(readFrom(error, 'constructor'), 'name');
  return typeof name === 'string' && /^\w{1,80}$/.test(name) ? name : OTHER;
}

function codeOf(error: unknown): string | undefined {
  const code = readFrom(error, 'code');
  return typeof code === 'string' ? code : undefined;
}

/** A property of what the application made: reading it may throw. */
function readFrom(value: unknown, key: string): unknown {
  try {
    return (value as Record<string, unknown> | null | undefined)?.[key];
  } catch {
    return undefined;
  }
}

/** A response that waits behind another one on its connection has none yet. */
function socketOf({ socket, request }: Connection): ServedSocket | undefined {
  return socket ?? request.socket;
}

/** As Node's servers leave it. */
interface ServedSocket extends Socket {
  server?: { listening?: boolean };
}
