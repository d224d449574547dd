import type { IncomingMessage, ServerResponse } from 'node:http';
import type { ServerHttp2Stream } from 'node:http2';
import type { CloseReason, RejectionReason } from '../semconv.ts';

// Where guard and instrumentation meet: registered symbols on a response, so that
// neither needs the other, nor the same copy of the package.

/** Holds the instrumentation's record of a stream, if there is one. */
export const CONNECTION: unique symbol = Symbol.for(
  'opentelemetry-instrumentation-sse.connection',
) as never;
/** Holds why the guard closes a stream. */
export const CLOSE_CAUSE: unique symbol = Symbol.for(
  'opentelemetry-instrumentation-sse.close_cause',
) as never;
/** Holds why the guard refuses a request. */
export const REJECTION: unique symbol = Symbol.for(
  'opentelemetry-instrumentation-sse.rejection',
) as never;
/** On `globalThis`: whether event streams are measured. */
export const MEASURED = Symbol.for(
  'opentelemetry-instrumentation-sse.measured',
);
/** On `globalThis`: the guards that are on. */
export const GUARDS = Symbol.for('opentelemetry-instrumentation-sse.guards');

/** What is known of a stream's content: by the instrumentation, or by us. */
export interface StreamRecord {
  /** Whether an event could be written now by someone else. */
  readonly isBetweenEvents: boolean;
  /** Milliseconds of the monotonic clock at the last byte written. */
  readonly lastWriteAt: number;
}

/** Why a request was refused, for the instrumentation. */
interface Rejection {
  readonly reason: RejectionReason;
  readonly route: string;
}

/** What the instrumentation reports of a guard. */
export interface AnnouncedGuard {
  readonly maxConnections: number | undefined;
  /** What it may refuse for now: `draining` is one only while it does. */
  readonly reasons: readonly RejectionReason[];
}

/** A response as the guard sees it, or the stream of one. */
interface StreamHolder {
  [CONNECTION]?: StreamRecord;
  [CLOSE_CAUSE]?: CloseReason;
  [REJECTION]?: Rejection;
}

/** Where the application writes: a response, or a raw HTTP/2 stream. */
export type Face = (ServerResponse | ServerHttp2Stream) & StreamHolder;

/** What has the symbols: of HTTP/2's compatible responses, their stream. */
export function holderOf(face: Face): Face {
  const { stream } = face as { stream?: Face };
  return stream ?? face;
}

/** Whether a request came as the headers of a raw HTTP/2 stream. */
function isHeaders(request: object): boolean {
  return !('headers' in request && 'httpVersion' in request);
}

/** A request as `node:http` has it, for hooks and matching. */
export function requestOf(given: object, face: Face): IncomingMessage {
  if (!isHeaders(given)) return given as IncomingMessage;
  const headers = given as Record<string, string | undefined>;
  return {
    method: headers[':method'],
    url: headers[':path'],
    httpVersion: '2.0',
    headers,
    rawHeaders: Object.entries(headers).flat(),
    get socket() {
      return socketOf(face as ServerHttp2Stream);
    },
    stream: face,
  } as unknown as IncomingMessage;
}

/** It throws once the session has no socket. */
function socketOf(stream: ServerHttp2Stream): unknown {
  try {
    return stream.session?.socket;
  } catch {
    return undefined;
  }
}
