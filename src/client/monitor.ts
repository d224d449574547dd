import {
  type ClientInstruments,
  type ClientStore,
  createClientStore,
} from '../metrics/client-store.ts';
import type { Connection } from './connection.ts';
import { attempt } from './failure.ts';
import { createServerClocks, type ServerClocks } from './server-clock.ts';
import type { SseClientInstrumentationConfig } from './types.ts';

/** All that is known of the event streams that are received here. */
export interface ClientMonitor {
  options: SseClientInstrumentationConfig;
  readonly store: ClientStore;
  readonly clocks: ServerClocks;
  readonly connections: Set<Connection>;
  /** Those that were lost, by what they asked for; see `exchange.ts`. */
  readonly losses: Loss[];
  add(connection: Connection): void;
  /** Says whether nobody can see the page: it may sleep. */
  setHidden(isHidden: boolean): void;
  /** Whether the page could be seen all the time since then. */
  isVisibleSince(time: number): boolean;
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
  instruments: ClientInstruments,
  options: SseClientInstrumentationConfig,
  onConnection: () => void,
): ClientMonitor {
  const connections = new Set<Connection>();
  const settle = (): void => {
    const now = performance.now();
    for (const connection of connections) connection.settle(now);
  };
  let isHidden = false;
  let visibleSince = -Infinity;
  return {
    options,
    store: createClientStore(instruments, options.eventTypes, () =>
      attempt(settle),
    ),
    clocks: createServerClocks(),
    connections,
    losses: [],
    add(connection) {
      connections.add(connection);
      onConnection();
    },
    setHidden(isHiddenNow) {
      settle();
      if (isHidden) visibleSince = performance.now();
      isHidden = isHiddenNow;
    },
    isVisibleSince: (time) => !isHidden && time >= visibleSince,
  };
}
