import type { IncomingMessage, ServerResponse } from 'node:http';
import type {
  Http2ServerRequest,
  Http2ServerResponse,
  IncomingHttpHeaders,
  ServerHttp2Stream,
} from 'node:http2';
import type { RejectionReason } from '../semconv.ts';
import type { GuardFastifyPlugin, GuardMiddleware } from './framework-types.ts';

/** The request of a stream; of a raw HTTP/2 stream, its headers. */
export type GuardedRequest =
  | IncomingMessage
  | Http2ServerRequest
  | IncomingHttpHeaders;

/** The response of a stream: HTTP/1.1, HTTP/2 compatible, HTTP/2 raw. */
export type GuardedResponse =
  | ServerResponse
  | Http2ServerResponse
  | ServerHttp2Stream;

/** Which requests are for event streams. */
export type StreamMatch =
  | 'accept'
  | readonly string[]
  | ((request: IncomingMessage) => boolean);

/** Options of `createSseGuard`. Every limit is off unless it is given. */
export interface SseGuardOptions {
  /** The most event streams open at once in this process. */
  maxConnections?: number;
  /** The most of one route: for every route, or by route template. */
  maxConnectionsPerRoute?: number | Readonly<Record<string, number>>;
  /** The most of one client address. */
  maxConnectionsPerClient?: number;
  /** A stream that is open so long is ended, and its client comes back. */
  maxConnectionSeconds?: number;
  /**
   * Which part of `maxConnectionSeconds` is drawn by lot for each stream, so
   * that clients which came together do not return together: from 0 to 1.
   * @defaultValue 0.1
   */
  connectionJitter?: number;
  /** A stream on which the server wrote nothing for so long is ended. */
  maxIdleSeconds?: number;
  /** A client for which more bytes wait in memory is too slow, and is cut off. */
  maxQueueBytes?: number;
  /**
   * How long the queue may be too long; at twice `maxQueueBytes` not at all.
   * @defaultValue 10
   */
  queueGraceSeconds?: number;
  /** New streams are refused while V8's old generation ÷ its limit is above it. */
  maxHeapRatio?: number;
  /** … while the loop is busier, over the last five seconds: from 0 to 1. */
  maxEventLoopUtilization?: number;
  /** … while the p99 of the loop's delay is longer, over five seconds. */
  maxEventLoopDelaySeconds?: number;
  /** … while open file descriptors ÷ their soft limit are above it. */
  maxFileDescriptorRatio?: number;
  /**
   * Which requests are for event streams. Only they are refused.
   * `'accept'`: whose `Accept` names `text/event-stream`; misses `fetch` clients
   * that do not say so. A list of route templates such as
   * `/rooms/:room/events` or `/events/*`: misses the routes you forget, and has
   * everything else on those. A function: what you decide; it may throw, then
   * the request is let through.
   * @defaultValue 'accept'
   */
  match?: StreamMatch;
  /**
   * What a refused client is told. `'retry'`: a GET that accepts
   * `text/event-stream` gets status 200, a `retry:` and an end, so that its
   * `EventSource` comes back; every other request the status. `'status'`: all
   * get 503, or 429 for its own connections, with `Retry-After`; no
   * `EventSource` ever comes back from that.
   * @defaultValue 'retry'
   */
  refusal?: 'retry' | 'status';
  /**
   * When clients are told to come back: drawn by lot from once to twice so many
   * seconds.
   * @defaultValue 5
   */
  retrySeconds?: number;
  /** Refuses for a reason of your own. It may throw; that refuses nobody. */
  refuse?: (request: IncomingMessage) => boolean;
  /** The route template of a request; `undefined` leaves the choice to us. */
  route?: (request: IncomingMessage) => string | undefined;
  /** How many proxies in front are trusted, or which: as in the metrics. */
  trustProxy?: number | readonly string[];
  /** Who the client of a request is, for `maxConnectionsPerClient`. */
  clientAddress?: (request: IncomingMessage) => string | undefined;
  /** Called when a limit of the process is passed, and when it no longer is. */
  onPressure?: (pressure: SsePressure) => void;
  /** Called for each request refused. It may throw; nobody notices. */
  onRefusal?: (refusal: SseRefusal, request: IncomingMessage) => void;
}

/** A limit of the whole process. */
export type PressureLimit =
  | 'maxConnections'
  | 'maxHeapRatio'
  | 'maxEventLoopUtilization'
  | 'maxEventLoopDelaySeconds'
  | 'maxFileDescriptorRatio';

/** A limit of the process that is passed, or no longer is. */
export interface SsePressure {
  readonly limit: PressureLimit;
  /** What was measured. */
  readonly value: number;
  /** What the option allows. */
  readonly max: number;
  /** Whether new streams are refused for it now. */
  readonly isOver: boolean;
}

/** A request that was refused. */
export interface SseRefusal {
  readonly reason: RejectionReason;
  readonly route: string;
  /** What the limit was measured by, where there is a figure. */
  readonly value: number | undefined;
  readonly max: number | undefined;
  /** When the client was told to come back. */
  readonly retrySeconds: number;
}

/** How streams are drained. */
export interface DrainOptions {
  /**
   * Over how long they are closed, one after the other.
   * @defaultValue 30
   */
  seconds?: number;
  /**
   * What the last `retry:` of each says, in milliseconds: when its client comes
   * back after its close.
   * @defaultValue 1000
   */
  retry?: number;
  /** A comment before the end of each. */
  comment?: string;
  /** An event before the end of each, for clients that want to know. */
  event?: { readonly type: string; readonly data: string };
}

/** How draining went. */
export interface DrainResult {
  /** Streams that were open when it began. */
  readonly open: number;
  /** Of those, closed by the guard. */
  readonly closed: number;
  /** Still open at the deadline: they were cut off. */
  readonly cut: number;
  readonly seconds: number;
}

/** What a guard holds now. */
export interface SseGuardReading {
  readonly connections: number;
  readonly maxConnections: number | undefined;
  readonly isDraining: boolean;
  /** Limits of the process that are passed now. */
  readonly pressures: readonly SsePressure[];
  /** Refused since the guard was made, by reason. */
  readonly refused: Readonly<Partial<Record<RejectionReason, number>>>;
  /** Streams that the guard ended, by close reason. */
  readonly ended: Readonly<
    Partial<Record<'expired' | 'timeout' | 'evicted' | 'shutdown', number>>
  >;
}

/** Keeps the event streams of a process within limits, and drains them. */
export interface SseGuard extends Disposable {
  /**
   * Decides about a request before it is handled. Never throws.
   *
   * @returns whether to go on; `false`: it was answered.
   */
  admit(request: GuardedRequest, response: GuardedResponse): boolean;
  /** For Express and Connect: `app.use(guard.middleware)`. */
  readonly middleware: GuardMiddleware;
  /** For Fastify: `app.register(guard.fastify)`. */
  readonly fastify: GuardFastifyPlugin;
  /** Answers 200, and 503 while the guard drains. */
  readonly readiness: (
    request: IncomingMessage,
    response: ServerResponse,
  ) => void;
  /** Whether streams are being drained, or were: there is no way back. */
  readonly isDraining: boolean;
  /**
   * Refuses new streams, ends the open ones over some time, so that their
   * clients do not return together, and resolves when none is left or the time
   * is over. A second call gets the promise of the first.
   */
  drain(options?: DrainOptions): Promise<DrainResult>;
  /**
   * Drains when the process gets a signal, then ends it by that signal, unless
   * the application listens to it too. A second signal does not wait.
   *
   * @returns its undo.
   */
  drainOnSignal(
    options?: DrainOptions & {
      /** @defaultValue ['SIGTERM'] */
      signals?: readonly NodeJS.Signals[];
    },
  ): () => void;
  /**
   * Guards every server of this process, those made before too.
   *
   * @param options - `readinessPath`: answered on each of them, as `readiness`.
   * @returns its undo.
   */
  guardServers(options?: { readinessPath?: string | undefined }): () => void;
  /** What it holds now. */
  read(): SseGuardReading;
  /** Lets every stream go and refuses nobody from now on. */
  stop(): void;
}
