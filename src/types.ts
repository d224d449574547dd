import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Http2ServerResponse, ServerHttp2Stream } from 'node:http2';
import type { CloseReason } from './semconv.ts';

/** Options of `SseInstrumentation`. Every one has a default. */
export interface SseInstrumentationConfig {
  /**
   * Whether the instrumentation is switched on when it is created.
   * @defaultValue true
   */
  enabled?: boolean;
  /**
   * Whether the event streams that this process serves are measured.
   * @defaultValue true
   */
  serverMetrics?: boolean;
  /**
   * Whether CPU, memory, descriptors and event loop are reported.
   * `sse.process.uptime` always is.
   * @defaultValue true
   */
  processMetrics?: boolean;
  /**
   * An open stream without a byte for longer counts as stalled, unless it is blocked.
   * @defaultValue 90
   */
  stallAfterSeconds?: number;
  /**
   * Different routes kept; further ones are `_OTHER`.
   * @defaultValue 100
   */
  maxRoutes?: number;
  /**
   * Different event types kept when `eventTypes` is not given; further ones are
   * `_OTHER`.
   * @defaultValue 20
   */
  maxEventTypes?: number;
  /**
   * The event types to tell apart; every other one is `_OTHER`. Give it when
   * sums by type over several instances must be exact.
   */
  eventTypes?: readonly string[];
  /**
   * The most values a second that each sampled histogram records.
   * @defaultValue 1000
   */
  samplesPerSecond?: number;
  /**
   * What a whole stream ends with: event types or data lines such as `[DONE]`,
   * at most 32 bytes each; for all routes, or by route (`*`: the other routes;
   * an empty list: none).
   * A stream that completes without one counts in `unfinished_closes`.
   */
  finalEvents?: FinalEvents;
  /**
   * How many proxies in front are trusted, or which: addresses and CIDR ranges.
   * Then the client address is the rightmost untrusted one of
   * `X-Forwarded-For` or `Forwarded`.
   * @defaultValue 0: the socket's address
   */
  trustProxy?: number | readonly string[];
  /**
   * The route template of a request, such as `/users/:id/events`. `undefined`
   * leaves the choice to us. It may throw; the request does not notice.
   */
  route?: (request: IncomingMessage) => string | undefined;
  /**
   * The address of the client behind a request, for counting different clients.
   * Never exported. It may throw; the request does not notice.
   */
  clientAddress?: (request: IncomingMessage) => string | undefined;
  /**
   * Whether a request is left out of every `sse.server.*` metric. It may throw;
   * the request does not notice.
   */
  ignoreRequestHook?: (request: IncomingMessage) => boolean;
  /**
   * Further attributes of the `sse.server.*` metrics of a request, such as
   * `{ tier: 'free' }`. At most 5 names and 20 values of each a process, further
   * values are `_OTHER`; names of ours are refused. It may throw; the request
   * does not notice.
   */
  attributesHook?: (
    request: IncomingMessage,
  ) => Readonly<Record<string, string | number | boolean | undefined>>;
  /**
   * Whether the active server span gets an event when its stream opens, has its
   * first event, blocks and closes. Its attributes it gets always.
   * @defaultValue false
   */
  spanEvents?: boolean;
  /**
   * Called once for each stream that closed, with what it was. It may throw;
   * the request does not notice.
   */
  onClose?: (summary: SseConnectionSummary, request: IncomingMessage) => void;
}

/** Final events for all routes, or by route template; `*`: the other routes. */
export type FinalEvents =
  | readonly string[]
  | Readonly<Record<string, readonly string[]>>;

/** What one connection was, given when it closed. */
export interface SseConnectionSummary {
  /** As in the metrics: `http.route`. */
  readonly route: string;
  /** As in the metrics: `http.request.method`. */
  readonly method: string;
  /** `1.0`, `1.1` or `2`. */
  readonly protocolVersion: string;
  readonly closeReason: CloseReason;
  /** As in the metrics; only with the close reason `error`. */
  readonly errorType: string | undefined;
  /** Whether the request carried `Last-Event-ID`. */
  readonly resumed: boolean;
  /** Request arrival to close. */
  readonly durationSeconds: number;
  /** Request arrival to headers sent. */
  readonly openTimeSeconds: number;
  /** Request arrival to the first event; `undefined` when there was none. */
  readonly timeToFirstEventSeconds: number | undefined;
  readonly events: number;
  readonly comments: number;
  /** Bytes as the application wrote them. */
  readonly contentBytes: number;
  /** Bytes on the wire. */
  readonly wireBytes: number;
  /** Total time that the client did not keep up. */
  readonly blockedSeconds: number;
  /** Not exported with any metric. */
  readonly clientAddress: string | undefined;
}

/** One open connection, as `connections()` lists it. Never exported. */
export interface SseConnectionSnapshot {
  readonly route: string;
  readonly method: string;
  readonly clientAddress: string | undefined;
  /** At most 200 characters. */
  readonly userAgent: string | undefined;
  /** Since the request arrived. */
  readonly ageSeconds: number;
  /** Since a byte was written, to a quarter of a second. */
  readonly idleSeconds: number;
  /** Bytes waiting in memory for this client. */
  readonly queueBytes: number;
  readonly events: number;
  readonly isBlocked: boolean;
}

/** The response of an event stream: HTTP/1.1, HTTP/2 compatible, HTTP/2 raw. */
export type SseResponse =
  | ServerResponse
  | Http2ServerResponse
  | ServerHttp2Stream;

/** What the application replayed to a resumed connection. */
export interface SseReplay {
  /** How many events it sent again. */
  readonly events: number;
  /** Whether those were all that the client had missed. */
  readonly complete: boolean;
}
