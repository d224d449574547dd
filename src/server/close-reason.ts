import { CLOSE_REASONS, type CloseReason, OTHER } from '../semconv.ts';
import { type Connection, ENDED, TIMED_OUT } from './connection.ts';
import { CLOSE_CAUSE } from './keys.ts';

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
  const { response, socket } = connection;
  const guardCause = response[CLOSE_CAUSE];
  if (guardCause !== undefined && CLOSE_REASONS.includes(guardCause)) {
    return { reason: guardCause };
  }
  if (connection.has(ENDED)) return { reason: 'completed' };
  // `undefined` once destroyed without an error, `null` when never destroyed.
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
  if (peer !== own && DISCONNECTS.has(codeOf(peer) ?? '')) {
    return { reason: 'client_disconnect' };
  }
  if (own instanceof Error) {
    return { reason: 'error', errorType: errorTypeOf(own) };
  }
  if (own !== undefined && peer instanceof Error) {
    return { reason: 'error', errorType: errorTypeOf(peer) };
  }
  return { reason: isListening(connection) ? 'server_close' : 'shutdown' };
}

/** The error's code if it looks like one, else its class name, else `_OTHER`. */
export function errorTypeOf(error: Error): string {
  const code = codeOf(error);
  if (code !== undefined && ERROR_CODE.test(code)) return code;
  const { name } = error.constructor;
  return /^\w{1,80}$/.test(name) ? name : OTHER;
}

function codeOf(error: unknown): string | undefined {
  const code = (error as { code?: unknown } | null | undefined)?.code;
  return typeof code === 'string' ? code : undefined;
}

function isListening({ socket }: Connection): boolean {
  const server = (socket as { server?: { listening?: boolean } } | undefined)
    ?.server;
  return server?.listening !== false;
}
