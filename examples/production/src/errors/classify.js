// Four classes of errors that an event source, a socket or this process can have. The
// name of the class is what a stream that is closed for it has as `error.type`.

/** @typedef {'RATE_LIMITED' | 'TIMED_OUT' | 'CONNECTION_REFUSED' | 'MEMORY_EXHAUSTED'} ErrorClass */

/**
 * Codes of Node, SQL states of Postgres, names of the clients' error classes.
 *
 * @type {Readonly<Record<string, ErrorClass>>}
 */
const CLASSES = {
  429: 'RATE_LIMITED',
  53300: 'RATE_LIMITED', // too_many_connections
  ETIMEDOUT: 'TIMED_OUT',
  57014: 'TIMED_OUT', // query_canceled
  ConnectionTimeoutError: 'TIMED_OUT',
  SocketTimeoutError: 'TIMED_OUT',
  TaskCancelledError: 'TIMED_OUT',
  TimeoutError: 'TIMED_OUT',
  ECONNREFUSED: 'CONNECTION_REFUSED',
  ECONNRESET: 'CONNECTION_REFUSED',
  EHOSTUNREACH: 'CONNECTION_REFUSED',
  ENOTFOUND: 'CONNECTION_REFUSED',
  EPIPE: 'CONNECTION_REFUSED',
  '57P01': 'CONNECTION_REFUSED', // admin_shutdown
  '57P03': 'CONNECTION_REFUSED', // cannot_connect_now
  BrokenCircuitError: 'CONNECTION_REFUSED',
  SocketClosedUnexpectedlyError: 'CONNECTION_REFUSED',
  ENOMEM: 'MEMORY_EXHAUSTED',
  ERR_MEMORY_ALLOCATION_FAILED: 'MEMORY_EXHAUSTED',
  53200: 'MEMORY_EXHAUSTED', // out_of_memory
};

/** Where a server says it in words alone. */
const MESSAGES = /** @type {const} */ ([
  [/max number of clients|too many requests|rate limit/i, 'RATE_LIMITED'],
  [/^OOM |allocation failed/i, 'MEMORY_EXHAUSTED'],
  [/hung up|terminated unexpectedly/i, 'CONNECTION_REFUSED'],
]);

/**
 * @param {unknown} error
 * @returns {ErrorClass | undefined} nothing for what is none of the four.
 */
export function classify(error) {
  if (!(error instanceof Error)) return undefined;
  const { code, status, statusCode } = /** @type {any} */ (error);
  const names = [code, status, statusCode, error.name, error.constructor.name];
  const known = names.find((name) => Object.hasOwn(CLASSES, String(name)));
  if (known !== undefined) return CLASSES[known];
  const said = MESSAGES.find(([pattern]) => pattern.test(error.message));
  if (said !== undefined) return said[1];
  // Of an address that is tried over IPv4 and IPv6, and of what wraps another.
  const [first] = error instanceof AggregateError ? error.errors : [];
  return classify(first ?? error.cause);
}

/**
 * @param {ErrorClass} errorClass
 * @returns an error to close a stream with.
 */
export function createStreamError(errorClass) {
  return Object.assign(new Error(`closed: ${errorClass}`), {
    code: errorClass,
  });
}
