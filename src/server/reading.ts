import { REJECTION_REASONS, type RejectionReason } from '../semconv.ts';
import { reviewBlocked } from './backpressure.ts';
import { readTenths, secondsBetween } from './clock.ts';
import {
  BLOCKED,
  CLOSED,
  type Connection,
  HTTP2,
  OPENED,
} from './connection.ts';
import { reportFailure } from './failure.ts';
import { closeConnection } from './lifecycle.ts';
import type { ServerMonitor } from './monitor.ts';
import { readWire } from './wire.ts';

/**
 * Brings what depends on the open connections up to date: bytes on the wire,
 * queues, ages and idle times. One walk a collection.
 */
export function readOpenConnections(monitor: ServerMonitor): void {
  const now = readTenths();
  for (const series of monitor.registry.series) {
    series.queueSize = 0;
    series.stalled = 0;
    series.ageMax = 0;
    series.idleMax = 0;
  }
  for (const connection of monitor.connections) {
    try {
      if (hasVanished(connection)) {
        closeConnection(monitor, connection);
      }
      if (!connection.has(OPENED) || connection.has(CLOSED)) continue;
      const { series } = connection;
      reviewBlocked(monitor, connection);
      readWire(connection);
      series.queueSize += connection.response.writableLength;
      const idle = Math.max(0, now / 10 - connection.lastWriteAt);
      // While it is blocked, the client is the silent one.
      const isSilent = idle > monitor.options.stallAfterMs;
      if (isSilent && !connection.has(BLOCKED)) series.stalled++;
      series.idleMax = Math.max(series.idleMax, idle / 1000);
      const age = secondsBetween(connection.arrivedAt, now);
      series.ageMax = Math.max(series.ageMax, age);
    } catch (error) {
      reportFailure(error);
    }
  }
}

/** Node 22.15 emits no `close` on a pipelined response whose turn never came. */
function hasVanished(connection: Connection): boolean {
  const { socket, request } = connection;
  if (socket !== undefined || connection.has(HTTP2)) return false;
  return request.socket?.destroyed === true;
}

/** On `globalThis`: the guards that are on, of whichever copy of the package. */
const GUARDS = Symbol.for('opentelemetry-instrumentation-sse.guards');

interface AnnouncedGuard {
  readonly maxConnections: number | undefined;
  readonly reasons: readonly RejectionReason[];
}

/** What the guards of this process may do, together. */
export interface GuardsReading {
  /** How many connections they let in; `undefined`: no limit. */
  readonly limit: number | undefined;
  /** What they may refuse for: what nobody limits is never counted. */
  readonly reasons: readonly RejectionReason[];
}

/** @returns `undefined` where there is no guard. */
export function readGuards(): GuardsReading | undefined {
  const holder = globalThis as { [GUARDS]?: ReadonlySet<AnnouncedGuard> };
  const guards = [...(holder[GUARDS] ?? [])];
  if (guards.length === 0) return undefined;
  const limits = guards.flatMap(({ maxConnections }) => maxConnections ?? []);
  return {
    limit:
      limits.length > 0 ? limits.reduce((sum, one) => sum + one) : undefined,
    reasons: REJECTION_REASONS.filter((reason) =>
      guards.some((guard) => guard.reasons.includes(reason)),
    ),
  };
}
