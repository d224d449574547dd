import type { IncomingMessage, ServerResponse } from 'node:http';
import type { ServerHttp2Stream } from 'node:http2';
import type { Span } from '@opentelemetry/api';
import type { CloseReason, RejectionReason } from '../semconv.ts';
import type { Connection } from './connection.ts';

// What we keep on a response is kept in symbols: no look-up in a map a write. What is
// over is set to undefined: `delete` makes V8 turn the object into a table, 3,000 bytes.
// CONNECTION, CLOSE_CAUSE and REJECTION are registered: the guard shares them.

/** Holds the record of a response that is an event stream. */
export const CONNECTION: unique symbol = Symbol.for(
  'opentelemetry-instrumentation-sse.connection',
) as never;
/** Holds why the guard closed a response. */
export const CLOSE_CAUSE: unique symbol = Symbol.for(
  'opentelemetry-instrumentation-sse.close_cause',
) as never;
/** Holds why the guard refused the request. */
export const REJECTION: unique symbol = Symbol.for(
  'opentelemetry-instrumentation-sse.rejection',
) as never;
/** Holds when the request arrived, in tenths of a millisecond. */
export const ARRIVED: unique symbol = Symbol('sse.arrived');
/** Marks a response that will be an event stream if its headers stay. */
export const CANDIDATE: unique symbol = Symbol('sse.candidate');
/** Holds the record of a stream that is written to above a compressor already. */
export const EARLY: unique symbol = Symbol('sse.early');
/** Holds what an HTTP/2 stream has where a response has its request. */
export const EXCHANGE: unique symbol = Symbol('sse.exchange');
/** Holds the server span that is active when the headers are sent. */
export const SERVER_SPAN: unique symbol = Symbol('sse.server_span');
/** Holds whether the user wants the request left out, once asked. */
export const IGNORED: unique symbol = Symbol('sse.ignored');
/** Holds what the application reported before the stream was recognised. */
export const REPORTS: unique symbol = Symbol('sse.reports');

/** The server span of an event stream. */
export interface ServerSpan {
  readonly span: Span;
  /** How many events of blocked episodes it may still get; -1: no events. */
  blockedEvents: number;
}

/** The request of an HTTP/2 stream, and who serves it. */
export interface Exchange {
  /** The compatibility API's request, or one like it. */
  request: IncomingMessage;
  /** The compatibility API's response, if it serves the stream. */
  response: MeasuredResponse | undefined;
  readonly server: { readonly listening: boolean };
  /** Whether its session was ended by a time-out. */
  isTimedOut(): boolean;
  /** The application closed or destroyed the stream, not the peer. */
  isClosedHere: boolean;
  /** The stream ended with its session. */
  isSessionOver: boolean;
}

/** Why the guard refused a request, and its route as the guard has it. */
interface Rejection {
  readonly reason: RejectionReason;
  readonly route: string;
}

/** A response, or the stream of one, with what we keep on it. */
export interface MeasuredResponse extends ServerResponse {
  [CONNECTION]?: Connection;
  [CLOSE_CAUSE]?: CloseReason;
  [REJECTION]?: Rejection;
  [ARRIVED]?: number;
  [CANDIDATE]?: true;
  [EARLY]?: Connection | undefined;
  [EXCHANGE]?: Exchange;
  [SERVER_SPAN]?: ServerSpan | undefined;
  [IGNORED]?: boolean;
  [REPORTS]?: ((connection: Connection) => void)[] | undefined;
}

/** A stream of an HTTP/2 server: what a response is, as far as it goes. */
export type MeasuredStream = MeasuredResponse & ServerHttp2Stream;

/** What has the record: of HTTP/2's compatible responses, their stream. */
export function holderOf(response: MeasuredResponse): MeasuredResponse {
  const { stream } = response as { stream?: MeasuredResponse };
  return stream?.[EXCHANGE] === undefined ? response : stream;
}

/** Where the application writes: of a stream, its compatible response if any. */
export function faceOf(holder: MeasuredResponse): MeasuredResponse {
  return holder[EXCHANGE]?.response ?? holder;
}

/** The request of a response, or of an HTTP/2 stream. */
export function requestOf(response: MeasuredResponse): IncomingMessage {
  return response[EXCHANGE]?.request ?? response.req;
}
