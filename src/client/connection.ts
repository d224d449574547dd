import { cleanPathname } from '../protocol/clean-path.ts';
import {
  CLIENT_ACTIVE,
  type ClientCloseReason,
  type ClientErrorType,
  type ClientHistogramName,
  type ClientKind,
} from '../semconv.ts';
import { attempt } from './failure.ts';
import type { ClientMonitor } from './monitor.ts';
import { readTimestamp } from './sent-at.ts';
import type { SseReceivedEvent } from './types.ts';

/** What is further away is no time of an event's. */
const DAY_MS = 86_400_000;

/** One event stream of a client, through all its reconnects. */
export interface Connection {
  isOpen(): boolean;
  /** @param isAgain - whether it had been open, as far as others know. */
  open(isAgain?: boolean): void;
  /** It is asked for again, since then by the monotonic clock. */
  retry(time: number): void;
  /** Adds bytes of the stream. */
  count(bytes: number): void;
  receive(event: SseReceivedEvent): void;
  /** The application's listeners had an event since then. */
  handle(startedAt: number): void;
  fail(error: ClientErrorType): void;
  /** It was lost, or could not be opened; the client tries again. */
  lose(): void;
  /** The page is left, perhaps for good: the browser takes it away. */
  leave(): void;
  /** The page is back, from the browser's cache of pages. */
  comeBack(): void;
  /**
   * It ends for good: what happens to it from now on is not counted.
   *
   * @param reason - without one, its end is not counted either.
   */
  close(reason?: ClientCloseReason): void;
  /** Adds the time until now to its series. */
  settle(): void;
}

/**
 * Creates it. Times are milliseconds of the monotonic clock; NaN is never.
 *
 * @param startedAt - when the attempt began.
 */
export function createConnection(
  monitor: ClientMonitor,
  url: URL,
  kind: ClientKind,
  startedAt: number,
): Connection {
  const template = attempt(
    () => monitor.options().urlTemplate?.(url),
    'urlTemplate',
  );
  const { add, addEvent, record } = monitor.store.seriesOf(
    url.hostname,
    String(template ?? cleanPathname(url.pathname)),
    kind,
  );
  let state: 'connecting' | 'open' | 'left' | 'closed' = 'connecting';
  /** Until when its time is in the series. */
  let settledAt = startedAt;
  let openedAt = Number.NaN;
  let lostAt = Number.NaN;
  let lastEventAt = Number.NaN;

  const recordSince = (key: ClientHistogramName, since: number): void => {
    const seconds = (performance.now() - since) / 1000;
    if (seconds >= 0) record(key, seconds);
  };
  /** A page that slept would have long times, and its server no fault. */
  const recordSeen = (key: ClientHistogramName, since: number): void => {
    if (since >= monitor.visibleSince) recordSince(key, since);
  };
  const end = (next: typeof state, reason?: ClientCloseReason): void => {
    connection.settle();
    startedAt = Number.NaN;
    if (state === 'open' && reason) {
      add(CLIENT_ACTIVE, -1);
      add('closed_connections', 1, reason);
      recordSince('connection.duration', openedAt);
    }
    if (state !== 'closed') state = next;
  };

  const connection: Connection = {
    isOpen: () => state === 'open',
    open(isAgain = openedAt >= 0) {
      if (state === 'open' || state === 'closed') return;
      connection.settle();
      state = 'open';
      openedAt = settledAt;
      add(CLIENT_ACTIVE);
      add('opened_connections', 1, isAgain);
      recordSince('connection.open_time', startedAt);
      recordSeen('reconnect.delay', lostAt);
      lostAt = lastEventAt = Number.NaN;
    },
    retry(time) {
      startedAt = time;
      // Asleep, it was not missed.
      if (settledAt < monitor.visibleSince) settledAt = time;
      monitor.connections.add(connection);
    },
    count: (bytes) => add('content.size', bytes),
    receive(event) {
      if (state !== 'open') return;
      addEvent(event.type);
      recordSeen('event.interval', lastEventAt);
      lastEventAt = performance.now();
      const sent = attempt(
        () => (monitor.options().sentAt ?? readTimestamp)(event),
        'sentAt',
      );
      const delay =
        Date.now() + monitor.clocks.offsetOf(url.host) - (sent ?? Number.NaN);
      if (Math.abs(delay) < DAY_MS) {
        recordSeen('event.delay', lastEventAt - Math.max(0, delay));
      }
    },
    handle: (since) => recordSince('event.handler.duration', since),
    fail(error) {
      if (state !== 'closed') add('errors', 1, error);
    },
    lose() {
      const last = state;
      connection.fail(
        last === 'connecting' ? 'connect_failed' : 'connection_lost',
      );
      end('connecting', 'lost');
      if (last === 'open') lostAt = settledAt;
    },
    leave() {
      if (state === 'open') end('left', 'page');
    },
    comeBack() {
      if (state === 'left') connection.open(true);
    },
    close(reason) {
      end('closed', reason);
      monitor.connections.delete(connection);
    },
    settle() {
      const since = settledAt;
      settledAt = performance.now();
      const seconds = (settledAt - since) / 1000;
      if (state === 'open') add('connected_time', seconds);
      else if (
        state === 'connecting' &&
        // What an answer to a plain request takes is no time without it.
        (openedAt >= 0 || kind === 'eventsource') &&
        settledAt >= monitor.visibleSince
      ) {
        add('disconnected_time', seconds);
      }
    },
  };
  monitor.add(connection);
  return connection;
}
