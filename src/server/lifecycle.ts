import { channel } from 'node:diagnostics_channel';
import { hasUnfinishedEvent } from '../protocol/scanner.ts';
import { type CloseReason, OTHER } from '../semconv.ts';
import { endBlocked } from './backpressure.ts';
import { addressOfSocket } from './client-address.ts';
import { readTenths, secondsBetween } from './clock.ts';
import { type CloseCause, decideCloseCause } from './close-reason.ts';
import {
  CLOSED,
  COUNTED_OUTSIDE,
  type Connection,
  FINAL_SENT,
  HTTP2,
  OPAQUE,
  OPENED,
  RESUMED,
} from './connection.ts';
import type { ServerMonitor } from './monitor.ts';
import { noteSpanClose, noteSpanOpen } from './server-span.ts';
import { decideStreamCause } from './stream-cause.ts';
import { summarise } from './summary.ts';
import { readWire } from './wire.ts';
import { countError } from './writing.ts';

const closeChannel = channel('sse.server.close');

/** Counts a connection as open: its headers were sent. */
export function openConnection(
  monitor: ServerMonitor,
  connection: Connection,
): void {
  if (connection.has(OPENED | CLOSED)) return;
  monitor.binding.refresh();
  const { series, lifecycle, request } = connection;
  connection.flags |= OPENED;
  connection.openTenths = readTenths() - connection.arrivedAt;
  connection.lastWriteAt = monitor.clock.now;
  lifecycle.active++;
  lifecycle.opened[connection.has(RESUMED) ? 1 : 0].value++;
  if (isEventless(connection)) series.waiting++;
  monitor.histograms.connectionOpenTime.record(
    connection.openTenths / 10_000,
    series.attributes,
  );
  noteSpanOpen(connection);
  const { findAddress, onClose } = monitor.options;
  if (findAddress !== undefined) {
    monitor.clients.note(connection, findAddress(request));
  } else if (onClose !== undefined || closeChannel.hasSubscribers) {
    // When it has closed, it has none any more.
    monitor.clients.note(connection, addressOfSocket(request));
  } else monitor.clients.noteLater(connection);
}

/**
 * Counts a connection as closed.
 *
 * @param given - the cause when it is known without looking.
 */
export function closeConnection(
  monitor: ServerMonitor,
  connection: Connection,
  given?: CloseReason,
): void {
  if (connection.has(CLOSED)) return;
  connection.flags |= CLOSED;
  monitor.remove(connection);
  if (!connection.has(OPENED)) return;
  const durationSeconds = secondsBetween(connection.arrivedAt, readTenths());
  const { series, lifecycle } = connection;
  const cause: CloseCause =
    given === undefined ? decideCause(connection) : { reason: given };
  // What must agree comes first: a histogram or a socket that throws would cost
  // the balance of opened and closed otherwise.
  lifecycle.active--;
  const errorType = countCause(monitor, connection, cause);
  if (isEventless(connection)) {
    series.waiting--;
    series.eventless.of(cause.reason).value++;
  }
  if (cause.reason === 'completed') countUnfinished(connection);
  monitor.clients.remove(connection);
  readWire(connection);
  endBlocked(monitor, connection);
  monitor.histograms.connectionDuration.record(
    durationSeconds,
    series.attributes,
  );
  noteSpanClose(connection, cause.reason, errorType);
  tell(monitor, connection, cause.reason, errorType, durationSeconds);
  // It may serve another response; and whoever keeps this one must not keep it.
  connection.socket = undefined;
}

/** What its events are was hidden, and is seen from now on. */
export function revealEvents(connection: Connection | undefined): void {
  if (connection === undefined) return;
  connection.flags = (connection.flags & ~OPAQUE) | COUNTED_OUTSIDE;
  if (connection.has(OPENED) && !connection.has(CLOSED)) {
    connection.series.waiting++;
  }
}

/** Not of streams that we cannot see into: they may have had any number. */
function isEventless(connection: Connection): boolean {
  return connection.events === 0 && !connection.has(OPAQUE);
}

function decideCause(connection: Connection): CloseCause {
  return connection.has(HTTP2)
    ? decideStreamCause(connection)
    : decideCloseCause(connection);
}

function countCause(
  monitor: ServerMonitor,
  { lifecycle }: Connection,
  { reason, errorType = OTHER }: CloseCause,
): string | undefined {
  if (reason === 'error') {
    return monitor.registry.countError(lifecycle, errorType);
  }
  lifecycle.closed.of(reason).value++;
  return undefined;
}

function countUnfinished(connection: Connection): void {
  const { series, scanFinals } = connection;
  if (connection.has(OPAQUE)) return;
  if (hasUnfinishedEvent(connection))
    countError(connection, 'unfinished_event');
  if (scanFinals === undefined || connection.has(FINAL_SENT)) return;
  series.unfinished = (series.unfinished ?? 0) + 1;
}

function tell(
  monitor: ServerMonitor,
  connection: Connection,
  reason: CloseReason,
  errorType: string | undefined,
  durationSeconds: number,
): void {
  const { onClose } = monitor.options;
  if (onClose === undefined && !closeChannel.hasSubscribers) return;
  const summary = summarise(connection, reason, errorType, durationSeconds);
  const { request } = connection;
  onClose?.(summary, request);
  if (closeChannel.hasSubscribers) closeChannel.publish({ summary, request });
}
