import { type ScanResult, scan } from '../protocol/scanner.ts';
import type { ProtocolErrorType } from '../semconv.ts';
import { readTenths } from './clock.ts';
import {
  COUNTED_OUTSIDE,
  type Connection,
  FINAL_SENT,
  INTERVAL,
  OPAQUE,
  OPENED,
} from './connection.ts';
import type { ServerMonitor } from './monitor.ts';
import { noteSpanFirstEvent } from './server-span.ts';

/** What an application may give to `write()`. */
export type Chunk = string | Uint8Array;

/** Whether an argument of `write()` or `end()` has bytes to send. */
export function isData(chunk: unknown): chunk is Chunk {
  if (typeof chunk === 'string') return chunk !== '';
  return chunk instanceof Uint8Array && chunk.byteLength > 0;
}

let lastText = '';
let lastTextBytes = 0;

/**
 * Counts one write of the application: bytes, and what is in them. Adds to
 * plain fields only.
 *
 * @param encoding - of `chunk` when it is a string.
 */
export function countWrite(
  monitor: ServerMonitor,
  connection: Connection,
  chunk: Chunk,
  encoding: unknown,
): void {
  const { series } = connection;
  const content = isUtf8(chunk, encoding)
    ? chunk
    : Buffer.from(chunk as string, encoding as BufferEncoding);
  const bytes = byteLengthOf(content);
  if (bytes === 0) return;
  series.writes++;
  series.contentSize += bytes;
  connection.contentBytes += bytes;
  connection.lastWriteAt = monitor.clock.now;
  if ((connection.flags & OPAQUE) !== 0) return;
  const found = scan(connection, content, bytes);
  if (found.invalidUtf8 > 0 && isEncodedAbove(connection, chunk)) {
    hideEvents(connection);
    return;
  }
  if (found.comments > 0) {
    series.comments += found.comments;
    connection.comments += found.comments;
  }
  if (found.events > 0) countEvents(monitor, connection, found);
  if (hasErrors(found)) countErrors(connection, found);
}

/** Lets go of the text that was measured last. */
export function forgetText(): void {
  lastText = '';
  lastTextBytes = 0;
}

function isUtf8(chunk: Chunk, encoding: unknown): boolean {
  if (typeof chunk !== 'string' || typeof encoding !== 'string') return true;
  if (encoding === 'utf8') return true;
  return /^utf-?8$/i.test(encoding) || !Buffer.isEncoding(encoding);
}

/** The same text again and again, as in a broadcast, is measured once. */
function byteLengthOf(content: Chunk): number {
  if (typeof content !== 'string') return content.byteLength;
  if (content === lastText) return lastTextBytes;
  const bytes = Buffer.byteLength(content);
  if (content.length <= 65_536) {
    lastText = content;
    lastTextBytes = bytes;
  }
  return bytes;
}

function countEvents(
  monitor: ServerMonitor,
  connection: Connection,
  found: ScanResult,
): void {
  const { series } = connection;
  const { registry, intervalSampler, sizeSampler } = monitor;
  const { types, typeCounts, events } = found;
  if (connection.events === 0) noteFirstEvent(monitor, connection);
  connection.events += events;
  for (let i = 0; i < types.length; i++) {
    registry.countEvents(series, types[i] as string, typeCounts[i] as number);
  }
  if (found.final) connection.flags |= FINAL_SENT;
  // The sampler says at which event an interval begins; the next one ends it.
  if (connection.has(INTERVAL)) {
    connection.flags &= ~INTERVAL;
    const seconds = (readTenths() - connection.intervalFrom) / 10_000;
    monitor.histograms.eventInterval.record(seconds, series.attributes);
  }
  intervalSampler.countdown -= events;
  while (intervalSampler.countdown <= 0) {
    if (intervalSampler.countdown === 0) {
      connection.flags |= INTERVAL;
      connection.intervalFrom = readTenths();
    } else {
      // Its next one came in the same write.
      monitor.histograms.eventInterval.record(0, series.attributes);
    }
    intervalSampler.rearm();
  }
  sizeSampler.countdown -= events;
  while (sizeSampler.countdown <= 0) {
    const size = found.sizes[events - 1 + sizeSampler.countdown] ?? 0;
    monitor.histograms.eventSize.record(size, series.attributes);
    sizeSampler.rearm();
  }
}

function noteFirstEvent(monitor: ServerMonitor, connection: Connection): void {
  connection.firstEventTenths = readTenths() - connection.arrivedAt;
  if (connection.has(OPENED)) connection.series.waiting--;
  monitor.histograms.timeToFirstEvent.record(
    connection.firstEventTenths / 10_000,
    connection.series.attributes,
  );
  noteSpanFirstEvent(connection);
}

/**
 * Whether the first bytes written above what we took for the compressor are no
 * text: the compressor is above that.
 */
function isEncodedAbove(connection: Connection, chunk: Chunk): boolean {
  return (
    connection.has(COUNTED_OUTSIDE) &&
    typeof chunk !== 'string' &&
    connection.contentBytes === chunk.byteLength
  );
}

/** What its events are cannot be seen. */
function hideEvents(connection: Connection): void {
  connection.flags |= OPAQUE;
  if (connection.has(OPENED)) connection.series.waiting--;
}

function hasErrors(found: ScanResult): boolean {
  return (
    found.unknownFields +
      found.nullsInId +
      found.invalidRetries +
      found.eventsWithoutData +
      found.invalidUtf8 >
    0
  );
}

function countErrors(connection: Connection, found: ScanResult): void {
  countError(connection, 'unknown_field', found.unknownFields);
  countError(connection, 'null_in_id', found.nullsInId);
  countError(connection, 'invalid_retry', found.invalidRetries);
  countError(connection, 'event_without_data', found.eventsWithoutData);
  countError(connection, 'invalid_utf8', found.invalidUtf8);
}

/** Counts `times` protocol errors of one type. */
export function countError(
  { series }: Connection,
  type: ProtocolErrorType,
  times = 1,
): void {
  if (times > 0) series.protocolErrors.of(type).value += times;
}
