import type { ClientHistogramKey } from '../metrics/client-store.ts';
import { cleanPathname } from '../protocol/clean-path.ts';
import type {
  ClientCloseReason,
  ClientErrorType,
  ClientKind,
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
  handle(startedAt: number | undefined): void;
  fail(error: ClientErrorType): void;
  /** It was lost, or could not be opened; the client tries again. */
  lose(): void;
  /** The page is left, perhaps for good: the browser takes it away. */
  leave(): void;
  /** The page is back, from the browser's cache of pages. */
  comeBack(): void;
  /** It ends for good. */
  close(reason: ClientCloseReason): void;
  /** What happens to it from now on is not counted. */
  forget(): void;
  /** Adds the time until now to its series. */
  settle(now: number): void;
}

/**
 * Creates it. Times are milliseconds of the monotonic clock.
 *
 * @param startedAt - when the attempt began.
 * @param isAlive - whether it is open after all, when its page comes back.
 */
export function createConnection(
  monitor: ClientMonitor,
  url: URL,
  kind: ClientKind,
  startedAt: number | undefined,
  isAlive: () => boolean = () => true,
): Connection {
  const { store, connections, isVisibleSince } = monitor;
  const template = attempt(
    () => monitor.options.urlTemplate?.(url),
    'urlTemplate',
  );
  const { add, addEvent, record } = store.seriesOf(
    url.hostname,
    String(template ?? cleanPathname(url.pathname)),
    kind,
  );
  let state: 'connecting' | 'open' | 'closed' = 'connecting';
  let settled = startedAt ?? performance.now();
  let openedAt = 0;
  let lostAt: number | undefined;
  let lastEventAt: number | undefined;
  let wasOpen = false;
  let hasLeft = false;

  const recordSince = (
    key: ClientHistogramKey,
    since: number | undefined,
  ): void => {
    if (since !== undefined) record(key, (performance.now() - since) / 1000);
  };
  /** A page that slept would have long times, and its server no fault. */
  const recordSeen = (
    key: ClientHistogramKey,
    since: number | undefined,
  ): void => {
    if (isVisibleSince(since ?? 0)) recordSince(key, since);
  };
  const end = (reason: ClientCloseReason): void => {
    connection.settle(performance.now());
    startedAt = undefined;
    if (state !== 'open') return;
    state = 'connecting';
    add('activeConnections', -1);
    add('closedConnections', 1, reason);
    recordSince('connectionDuration', openedAt);
  };

  const connection: Connection = {
    isOpen: () => state === 'open',
    open(isAgain = wasOpen) {
      if (state !== 'connecting') return;
      const now = performance.now();
      connection.settle(now);
      state = 'open';
      openedAt = now;
      add('activeConnections');
      add('openedConnections', 1, isAgain);
      recordSince('connectionOpenTime', startedAt);
      recordSeen('reconnectDelay', lostAt);
      wasOpen = true;
      hasLeft = false;
      lostAt = undefined;
      lastEventAt = undefined;
    },
    retry(time) {
      startedAt = time;
      // Asleep, it was not missed.
      if (!isVisibleSince(settled)) settled = time;
      connections.add(connection);
    },
    count: (bytes) => add('contentSize', bytes),
    receive(event) {
      if (state !== 'open') return;
      const now = performance.now();
      addEvent(event.type);
      recordSeen('eventInterval', lastEventAt);
      lastEventAt = now;
      const sent = attempt(
        () => (monitor.options.sentAt ?? readTimestamp)(event),
        'sentAt',
      );
      const delay =
        Date.now() + monitor.clocks.offsetOf(url.host) - (sent ?? Number.NaN);
      if (Math.abs(delay) < DAY_MS) {
        recordSeen('eventDelay', now - Math.max(0, delay));
      }
    },
    handle: (since) => recordSince('eventHandlerDuration', since),
    fail(error) {
      if (state !== 'closed') add('errors', 1, error);
    },
    lose() {
      const isLost = state === 'open';
      connection.fail(isLost || hasLeft ? 'connection_lost' : 'connect_failed');
      hasLeft = false;
      end('lost');
      if (isLost) lostAt = performance.now();
    },
    leave() {
      hasLeft = state === 'open';
      end('page');
    },
    comeBack() {
      if (hasLeft && isAlive()) connection.open(true);
    },
    close(reason) {
      end(reason);
      connection.forget();
      connections.delete(connection);
    },
    forget() {
      state = 'closed';
    },
    settle(now) {
      const seconds = (now - settled) / 1000;
      settled = now;
      if (state === 'open') add('connectedTime', seconds);
      else if (
        state === 'connecting' &&
        // What an answer to a plain request takes is no time without it.
        (wasOpen || kind === 'eventsource') &&
        isVisibleSince(now)
      ) {
        add('disconnectedTime', seconds);
      }
    },
  };
  monitor.add(connection);
  return connection;
}
