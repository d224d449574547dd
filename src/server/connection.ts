import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import type { ServerPlace } from '../metrics/server-registry.ts';
import type {
  ServerLifecycle,
  ServerSeries,
} from '../metrics/server-series.ts';
import { isBetweenBlocks, type ScanState } from '../protocol/scanner.ts';
import { ARRIVED, type MeasuredResponse, requestOf } from './keys.ts';

/**
 * The record of one event stream: plain fields, so that a write costs a few
 * additions. A process may hold many thousands: a field more is eight bytes
 * each, and 24 if it holds a fraction.
 */
export class Connection implements ScanState {
  // What each write touches comes first, so that it is in two lines of the
  // processor's cache.
  /** Bits: see the constants below. */
  flags = 0;
  scanFlags = 0;
  scanBlock = 0;
  scanFinals: ReadonlySet<string> | undefined;
  readonly series: ServerSeries;
  events = 0;
  contentBytes = 0;
  /** The coarse clock at the last byte written. */
  lastWriteAt = 0;

  readonly response: MeasuredResponse;
  scanLine = 0;
  scanMatched = 0;
  scanUtf8 = 0;
  scanType = '';
  scanData = '';

  readonly lifecycle: ServerLifecycle;
  socket: Socket | undefined;
  clientAddress: string | undefined;
  previous: Connection | undefined;
  next: Connection | undefined;

  /** Tenths of a millisecond from arrival to headers sent. */
  openTenths = 0;
  /** Tenths of a millisecond from arrival to the first event; -1: none yet. */
  firstEventTenths = -1;
  /** Tenths of a millisecond: since when an interval is measured, if one is. */
  intervalFrom = 0;
  /** Tenths of a millisecond: since when it is blocked, if it is. */
  blockedFrom = 0;
  /** Tenths of a millisecond that it was blocked before. */
  blockedTenths = 0;
  comments = 0;
  wireBytes = 0;
  /** `socket.bytesWritten` before this response; -1: not known yet. */
  wireBase = -1;

  constructor(
    response: MeasuredResponse,
    place: ServerPlace,
    finals: ReadonlySet<string> | undefined,
  ) {
    this.response = response;
    this.series = place.series;
    this.lifecycle = place.lifecycle;
    this.scanFinals = finals;
  }

  /** Tenths of a millisecond of the monotonic clock: its request's arrival. */
  get arrivedAt(): number {
    return this.response[ARRIVED] ?? 0;
  }

  get request(): IncomingMessage {
    return requestOf(this.response);
  }

  /** For the guard: whether somebody else could write an event now. */
  get isBetweenEvents(): boolean {
    if (this.has(OPAQUE)) return false;
    return this.contentBytes === 0 || isBetweenBlocks(this);
  }

  has(flag: number): boolean {
    return (this.flags & flag) !== 0;
  }
}

/** Headers were sent: it counts as a connection. */
export const OPENED = 1;
/** `close` came. */
export const CLOSED = 2;
/** The application ended it while the peer was still there. */
export const ENDED = 4;
/** A time-out of Node's destroyed it. */
export const TIMED_OUT = 8;
/** A final event of its route was sent. */
export const FINAL_SENT = 16;
/** Counted where the application writes, above a compressor. */
export const COUNTED_OUTSIDE = 32;
/** Encoded before we can see into it: bytes only. */
export const OPAQUE = 64;
/** `wireBytes` is final; the socket may serve another response. */
export const WIRE_FINAL = 128;
/** The request carried `Last-Event-ID`. */
export const RESUMED = 256;
/** A stream of HTTP/2: it has no socket of its own. */
export const HTTP2 = 512;
/** Its own `write()` returned false, and `drain` has not come. */
export const BLOCKED = 1024;
/** The time to its next event is measured. */
export const INTERVAL = 2048;
/** Its client's address was to be looked up before it was open. */
export const PASSED = 4096;
