import { acceptsEventStream } from '../protocol/content-type.ts';
import type { ClientErrorType, ClientKind } from '../semconv.ts';
import { type Connection, createConnection } from './connection.ts';
import type { ClientMonitor } from './monitor.ts';
import { createEventParser } from './parser.ts';
import type { ReadHeader } from './server-clock.ts';

/** Who comes later does not come back. */
const MAX_WAIT_MS = 300_000;
/** The most that may come back. */
const MAX_LOSSES = 1000;

/** What was asked for. */
export interface Ask {
  readonly url: URL;
  /** The same for what a client that comes back asks for again. */
  readonly key: string;
  readonly kind: ClientKind;
  /** When, by the monotonic clock. */
  readonly time: number;
  readonly header: ReadHeader;
}

/** How a body ended. */
export type Ending = 'completed' | 'page' | 'lost' | 'error';

/** One answer that is an event stream. */
export interface Exchange {
  readonly connection: Connection;
  /** Takes the next bytes of the body. */
  feed(chunk: Uint8Array): void;
  /** The body ended; `lost`: the client comes back. */
  end(ending: Ending): void;
}

/**
 * Counts an answer to a request by `fetch`.
 *
 * @returns its stream; `undefined` when it is none.
 */
export function readAnswer(
  monitor: ClientMonitor,
  ask: Ask,
  status: number,
  header: ReadHeader,
): Exchange | undefined {
  const accept = ask.header('accept') ?? '';
  const isStream = acceptsEventStream(header('content-type'));
  // No answer yet, none to come, or a redirect.
  if (status < 200 || status === 204 || (status > 299 && status < 400)) {
    return undefined;
  }
  if (isStream && status < 300) return openExchange(monitor, ask, header);
  if (!acceptsEventStream(accept)) return undefined;
  if (status > 299) miss(monitor, ask, 'http_status');
  // Who would take something else, too, was given it.
  else if (!accept.includes(',')) {
    miss(monitor, ask, 'content_type');
  }
  return undefined;
}

/** Counts an attempt that came to nothing; there may be another. */
export function miss(
  monitor: ClientMonitor,
  ask: Ask,
  error: ClientErrorType,
): void {
  if (!acceptsEventStream(ask.header('accept'))) return;
  const connection = find(monitor, ask);
  connection.fail(error);
  wait(monitor, ask, connection);
}

/** Counts an event stream. */
function openExchange(
  monitor: ClientMonitor,
  ask: Ask,
  header: ReadHeader,
): Exchange {
  const connection = find(monitor, ask);
  const now = Date.now();
  const asked = now + ask.time - performance.now();
  monitor.clocks.learn(ask.url.host, header, asked, now);
  connection.open(ask.header('last-event-id') ? true : undefined);
  const parse = createEventParser(connection.receive);
  return {
    connection,
    feed(chunk) {
      if (!connection.isOpen()) return;
      connection.count(chunk.length);
      parse(chunk);
    },
    end(ending) {
      if (!connection.isOpen()) return;
      if (ending !== 'lost') return connection.close(ending);
      connection.lose();
      wait(monitor, ask, connection);
    },
  };
}

/** The connection that asked the same and was lost, or a new one. */
export function find(
  monitor: ClientMonitor,
  { key, url, kind, time }: Omit<Ask, 'header'>,
): Connection {
  const { losses } = monitor;
  const since = performance.now() - MAX_WAIT_MS;
  const index = losses.findIndex(
    (loss) => loss.key === key && loss.lostAt > since,
  );
  const connection = losses.splice(index, index < 0 ? 0 : 1)[0]?.connection;
  connection?.retry(time);
  return connection ?? createConnection(monitor, url, kind, time);
}

/** Keeps what may come back. */
export function wait(
  { losses, connections }: ClientMonitor,
  { key }: Pick<Ask, 'key'>,
  connection: Connection,
): void {
  connections.delete(connection);
  losses.push({ key, connection, lostAt: performance.now() });
  if (losses.length > MAX_LOSSES) losses.shift();
}
