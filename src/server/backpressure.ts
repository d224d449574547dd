import { readTenths } from './clock.ts';
import { BLOCKED, type Connection } from './connection.ts';
import type { ServerMonitor } from './monitor.ts';
import { noteSpanBlocked } from './server-span.ts';

/** To be called when the response's own `write()` returned false. */
export function noteRefusal(connection: Connection): void {
  const now = performance.now();
  const { response, series } = connection;
  series.queueMax.add(response.writableLength, now);
  if (connection.has(BLOCKED)) return;
  connection.flags |= BLOCKED;
  connection.blockedFrom = readTenths();
  series.blocked++;
  noteSpanBlocked(connection);
}

/** Ends the episode if there is one: at `drain`, or at `close`. */
export function endBlocked(
  monitor: ServerMonitor,
  connection: Connection,
): void {
  if (!connection.has(BLOCKED)) return;
  connection.flags &= ~BLOCKED;
  const tenths = readTenths() - connection.blockedFrom;
  connection.blockedTenths += tenths;
  // The last of its bytes have only left now.
  connection.lastWriteAt = monitor.clock.now;
  connection.series.blocked--;
  monitor.histograms.blockedDuration.record(
    tenths / 10_000,
    connection.series.attributes,
  );
}

/**
 * Ends an episode whose `drain` never comes: after `end()` while blocked, after
 * `removeAllListeners`, on Node 22 after a corked write of more than 64 KiB.
 */
export function reviewBlocked(
  monitor: ServerMonitor,
  connection: Connection,
): void {
  if (!connection.has(BLOCKED)) return;
  const { writableNeedDrain, writableLength } = connection.response;
  if (!writableNeedDrain || writableLength === 0) {
    endBlocked(monitor, connection);
  }
}
