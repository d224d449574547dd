import {
  type ClientStore,
  createClientStore,
} from '../metrics/client-store.ts';
import type { Connection } from './connection.ts';
import { attempt } from './failure.ts';
import { createServerClocks, type ServerClocks } from './server-clock.ts';
import type { SseClientInstrumentationConfig } from './types.ts';

/** All that is known of the event streams that are received here. */
export interface ClientMonitor {
  /** What is set now. */
  readonly options: () => SseClientInstrumentationConfig;
  readonly store: ClientStore;
  readonly clocks: ServerClocks;
  readonly connections: Set<Connection>;
  /** Those that were lost, by what they asked for; see `exchange.ts`. */
  readonly losses: Loss[];
  add(connection: Connection): void;
  /** Adds the time until now of each connection to its series. */
  settle(): void;
  /**
   * Since when the page can be seen, by the monotonic clock; never where it is
   * hidden: it may sleep then, and its times say nothing of the server.
   */
  visibleSince: number;
}

/** A connection that may come back. */
interface Loss {
  readonly key: string;
  readonly connection: Connection;
  readonly lostAt: number;
}

/**
 * Creates it.
 *
 * @param onConnection - called before each connection is counted.
 */
export function createMonitor(
  options: () => SseClientInstrumentationConfig,
  onConnection: () => void,
): ClientMonitor {
  const { eventTypes } = options();
  const connections = new Set<Connection>();
  const settle = (): void => {
    for (const connection of connections) connection.settle();
  };
  return {
    options,
    store: createClientStore(
      // From JavaScript anything may come.
      Array.isArray(eventTypes) ? eventTypes : undefined,
      () => attempt(settle),
    ),
    clocks: createServerClocks(),
    connections,
    losses: [],
    add(connection) {
      connections.add(connection);
      onConnection();
    },
    settle,
    visibleSince: -Infinity,
  };
}
