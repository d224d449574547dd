import { acceptsEventStream, isEventStream } from '../protocol/content-type.ts';
import type { ClientErrorType, ClientKind } from '../semconv.ts';
import { Connection } from './connection.ts';
import { type Loss, Losses } from './losses.ts';
import type { ClientMonitor } from './monitor.ts';
import { createEventParser } from './parser.ts';
import type { TimeHeaders } from './server-clock.ts';

/** What was asked for. */
export interface Ask {
  readonly url: URL;
  readonly method: string;
  readonly accept: string | undefined;
  /** Whether it carried `Last-Event-ID`. */
  readonly isResumed: boolean;
  readonly kind: ClientKind;
  /** When, by the monotonic clock. */
  readonly time: number;
}

/** What was answered. */
export interface Answer extends TimeHeaders {
  readonly status: number;
  readonly contentType: string | undefined;
  /** Whether what we see of the body is encoded: it has bytes, no events. */
  readonly isEncoded: boolean;
}

/** How the body ended. */
export type Ending = 'completed' | 'page' | 'lost' | 'error';

const LOSSES = new WeakMap<ClientMonitor, Losses>();

function lossesOf(monitor: ClientMonitor): Losses {
  const known = LOSSES.get(monitor) ?? new Losses();
  LOSSES.set(monitor, known);
  return known;
}

/** One answer that is an event stream. */
export class Exchange {
  readonly #monitor: ClientMonitor;
  readonly #ask: Ask;
  readonly #connection: Connection;
  readonly #parse: ((chunk: Uint8Array) => void) | undefined;

  constructor(monitor: ClientMonitor, ask: Ask, answer: Answer) {
    this.#monitor = monitor;
    this.#ask = ask;
    const loss = lossesOf(monitor).take(keyOf(ask));
    this.#connection = connect(monitor, ask, loss);
    this.#connection.open(ask.isResumed || undefined);
    if (!answer.isEncoded) {
      this.#parse = createEventParser((event) => {
        this.#connection.receive(event);
      });
    }
  }

  get isOpen(): boolean {
    return this.#connection.isOpen;
  }

  /** Takes the next bytes of the body. */
  feed(chunk: Uint8Array): void {
    if (!this.isOpen) return;
    this.count(chunk.byteLength);
    this.#parse?.(chunk);
  }

  /** Counts bytes that are not looked into. */
  count(bytes: number): void {
    this.#connection.series.contentSize += bytes;
  }

  end(ending: Ending): void {
    if (!this.isOpen) return;
    const { kind } = this.#ask;
    // An EventSource comes back, however its stream ended.
    const reason =
      kind === 'eventsource' && ending === 'completed' ? 'lost' : ending;
    if (reason === 'lost') {
      this.#connection.fail('connection_lost');
      const now = performance.now();
      const loss = { lostAt: now, settled: now };
      lossesOf(this.#monitor).add(keyOf(this.#ask), loss);
    } else if (reason === 'error') this.#connection.fail('_OTHER');
    this.#connection.close(reason);
  }
}

/**
 * Counts an answer.
 *
 * @returns its stream; `undefined` when it is none.
 */
export function readAnswer(
  monitor: ClientMonitor,
  ask: Ask,
  answer: Answer,
): Exchange | undefined {
  const { status, contentType } = answer;
  // A redirect, or no answer yet.
  if (status < 200 || (status > 299 && status < 400)) return undefined;
  const { url, accept, kind, time } = ask;
  const isStream = status < 300 && isEventStream(contentType);
  if (!isStream && !acceptsEventStream(accept)) return undefined;
  const passed = performance.now() - time;
  const now = Date.now();
  monitor.clocks.learn(url.host, answer, now - passed, now);
  if (kind === 'eventsource') {
    if (isStream && status === 200) return new Exchange(monitor, ask, answer);
    lossesOf(monitor).take(keyOf(ask));
    refuse(monitor, ask, 'rejected');
  } else if (isStream && status !== 204) {
    return new Exchange(monitor, ask, answer);
  } else if (status >= 400) refuse(monitor, ask, 'http_status');
  else if (isOnlyWanted(accept) && status !== 204) {
    refuse(monitor, ask, 'content_type');
  }
  return undefined;
}

/** Counts a request that was never answered, against the client's will. */
export function failToConnect(monitor: ClientMonitor, ask: Ask): void {
  if (!acceptsEventStream(ask.accept)) return;
  const losses = lossesOf(monitor);
  const loss = losses.take(keyOf(ask));
  const connection = connect(monitor, ask, loss);
  connection.fail('connect_failed');
  connection.close('error');
  if (loss === undefined && ask.kind === 'fetch') return;
  losses.add(keyOf(ask), {
    lostAt: loss?.lostAt,
    settled: performance.now(),
  });
}

function refuse(monitor: ClientMonitor, ask: Ask, type: ClientErrorType): void {
  const connection = connect(monitor, ask, undefined);
  connection.fail(type);
  connection.close('error');
}

function connect(
  monitor: ClientMonitor,
  ask: Ask,
  loss: Loss | undefined,
): Connection {
  const connection = new Connection(monitor, ask.url, ask.kind, ask.time);
  if (loss !== undefined) connection.continueFrom(loss.lostAt, loss.settled);
  return connection;
}

/** What a client that comes back asks for again. */
function keyOf({ kind, method, url }: Ask): string {
  return `${kind} ${method} ${url.href}`;
}

function isOnlyWanted(accept: string | undefined): boolean {
  return accept?.trim().toLowerCase() === 'text/event-stream';
}
