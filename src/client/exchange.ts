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

/** How the body ended. */
export type Ending = 'completed' | 'page' | 'lost' | 'error';

/** One answer that is an event stream. */
export interface Exchange {
  /** Takes the next bytes of the body. */
  feed(chunk: Uint8Array): void;
  /** Counts bytes that are not looked into. */
  count(bytes: number): void;
  end(ending: Ending): void;
}

/**
 * Counts an answer.
 *
 * @returns its stream; `undefined` when it is none.
 */
export function readAnswer(
  monitor: ClientMonitor,
  ask: Ask,
  status: number,
  header: ReadHeader,
): Exchange | undefined {
  const { url, kind, time } = ask;
  const accept = ask.header('accept') ?? '';
  // A redirect, or no answer yet.
  if (status < 200 || (status > 299 && status < 400)) return undefined;
  const isStream = status < 300 && acceptsEventStream(header('content-type'));
  if (!isStream && !acceptsEventStream(accept)) return undefined;
  const now = Date.now();
  monitor.clocks.learn(url.host, header, now + time - performance.now(), now);
  const isSource = kind === 'eventsource';
  if (isStream && (isSource ? status === 200 : status !== 204)) {
    return openExchange(monitor, ask);
  }
  if (isSource) {
    const connection = find(monitor, ask);
    connection.fail('rejected');
    connection.close('error');
  } else if (status > 299) miss(monitor, ask, 'http_status');
  // Who would take something else, too, was given it.
  else if (status !== 204 && !accept.includes(',')) {
    miss(monitor, ask, 'content_type');
  }
  return undefined;
}

/** Counts a request that was never answered, against the client's will. */
export function failToConnect(monitor: ClientMonitor, ask: Ask): void {
  if (acceptsEventStream(ask.header('accept'))) {
    miss(monitor, ask, 'connect_failed');
  }
}

/** Counts an attempt that came to nothing; there may be another. */
function miss(monitor: ClientMonitor, ask: Ask, error: ClientErrorType): void {
  const connection = find(monitor, ask);
  connection.fail(error);
  wait(monitor, ask, connection);
}

function openExchange(monitor: ClientMonitor, ask: Ask): Exchange {
  const connection = find(monitor, ask);
  connection.open(ask.header('last-event-id') ? true : undefined);
  const parse = createEventParser(connection.receive);
  return {
    feed(chunk) {
      if (!connection.isOpen()) return;
      connection.count(chunk.length);
      parse(chunk);
    },
    count: connection.count,
    end(ending) {
      if (!connection.isOpen()) return;
      if (ending === 'error') connection.fail('_OTHER');
      // An EventSource comes back, however its stream ended.
      if (
        ending === 'lost' ||
        (ending === 'completed' && ask.kind === 'eventsource')
      ) {
        connection.lose();
        wait(monitor, ask, connection);
      } else connection.close(ending);
    },
  };
}

/** The connection that asked the same and was lost, or a new one. */
function find(
  monitor: ClientMonitor,
  { key, url, kind, time }: Ask,
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
function wait(
  { losses, connections }: ClientMonitor,
  { key }: Ask,
  connection: Connection,
): void {
  connections.delete(connection);
  losses.push({ key, connection, lostAt: performance.now() });
  if (losses.length > MAX_LOSSES) losses.shift();
}
