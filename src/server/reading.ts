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
