import { attachDescribed } from '../metrics/client-meter.ts';
import type { MeterBinding } from '../metrics/meter-binding.ts';
import { acceptsEventStream } from '../protocol/content-type.ts';
import {
  type Ask,
  type Ending,
  type Exchange,
  find,
  miss,
  readAnswer,
} from './exchange.ts';
import { attempt } from './failure.ts';
import { type ClientMonitor, createMonitor } from './monitor.ts';
import type { SseClientInstrumentationConfig } from './types.ts';
import {
  findHeader,
  type UndiciListener,
  type UndiciRequest,
} from './undici.ts';

/** An open stream. */
interface Watched {
  readonly exchange: Exchange;
  /** What its end means. */
  readonly end: Ending;
  /** Whether what we see of it is encoded: it has bytes, no events. */
  readonly isEncoded: boolean;
  /** How many of its chunks a channel told. */
  told: number;
}

/** The connection broke. */
const LOST = /^(UND_ERR_(SOCKET|BODY_TIMEOUT)|E[A-Z]+)$/;
/** It was not understood. */
const BROKEN = /^(UND_ERR_(?!ABORTED|DESTROYED|CLOSED)|HPE_)/;

/** What counts the clients of a process. */
export interface UndiciStreams {
  readonly listener: UndiciListener;
  readonly monitor: ClientMonitor;
  /** Lets go of all connections: what happens to them is no longer counted. */
  readonly stop: () => void;
}

/**
 * Measures the event streams that undici tells of. What asks as the standard has
 * an EventSource ask, is one: Node's own and the package `eventsource` are on
 * undici too.
 */
export function createUndiciStreams(
  options: () => SseClientInstrumentationConfig,
  binding: MeterBinding,
): UndiciStreams {
  const monitor = createMonitor(options, () => binding.refresh());
  const leave = binding.use((meter) => attachDescribed(monitor.store, meter));
  return {
    listener: createListener(monitor),
    monitor,
    stop() {
      for (const connection of monitor.connections) connection.close();
      leave();
    },
  };
}

function createListener(monitor: ClientMonitor): UndiciListener {
  const watched = new WeakMap<UndiciRequest, Watched>();
  return {
    onHeaders(request, { headers, statusCode }, time) {
      if (request.method === 'HEAD') return;
      const header = (name: string) => findHeader(headers, name);
      const ask = readAsk(request, time);
      const isEventSource = ask.kind === 'eventsource';
      if (
        isEventSource &&
        !(statusCode === 200 && acceptsEventStream(header('content-type')))
      ) {
        if (!isRedirect(statusCode)) reject(monitor, ask);
        return;
      }
      const exchange = readAnswer(monitor, ask, statusCode, header);
      if (exchange === undefined) return;
      const stream: Watched = {
        exchange,
        // An EventSource comes back, however its stream ended.
        end: isEventSource ? 'lost' : 'completed',
        isEncoded: (header('content-encoding') ?? 'identity') !== 'identity',
        told: 0,
      };
      watched.set(request, stream);
      listenToData(request, stream);
    },
    onChunk(request, chunk) {
      const stream = watched.get(request);
      if (stream === undefined) return;
      stream.told++;
      feed(stream, chunk);
    },
    onEnd(request) {
      const stream = watched.get(request);
      stream?.exchange.end(stream.end);
    },
    onError(request, error, time) {
      const { exchange } = watched.get(request) ?? {};
      const ending = endingOf(error);
      if (exchange === undefined) {
        if (ending === 'page') return;
        return miss(monitor, readAsk(request, time), 'connect_failed');
      }
      const { connection } = exchange;
      if (ending === 'error' && connection.isOpen()) connection.fail('_OTHER');
      exchange.end(ending);
    },
  };
}

function feed({ exchange, isEncoded }: Watched, chunk: Uint8Array): void {
  if (isEncoded) exchange.connection.count(chunk.length);
  else exchange.feed(chunk);
}

/** Node 22 has an undici that tells of no chunks: its own method does. */
function listenToData(request: UndiciRequest, stream: Watched): void {
  const original: unknown = request.onData;
  if (typeof original !== 'function') return;
  request.onData = function (this: unknown, ...args: unknown[]): unknown {
    const { told } = stream;
    const result: unknown = Reflect.apply(original, this, args);
    const [chunk] = args;
    if (told === stream.told && chunk instanceof Uint8Array) {
      attempt(() => feed(stream, chunk));
    }
    return result;
  };
}

/** An EventSource gives up at any other answer than an event stream. */
function reject(monitor: ClientMonitor, ask: Ask): void {
  const connection = find(monitor, ask);
  connection.fail('rejected');
  connection.close('error');
}

function readAsk(request: UndiciRequest, time: number): Ask {
  const header = (name: string) => findHeader(request.headers, name);
  const isEventSource =
    request.method === 'GET' &&
    header('accept') === 'text/event-stream' &&
    header('cache-control') === 'no-cache' &&
    header('sec-fetch-mode') === 'cors';
  const kind = isEventSource ? 'eventsource' : 'fetch';
  const url = new URL(request.path, request.origin);
  return { url, key: `${kind} ${request.method} ${url}`, kind, time, header };
}

/** Also what comes before an answer. */
function isRedirect(status: number): boolean {
  return status < 200 || [301, 302, 303, 307, 308].includes(status);
}

/** By whose will a request ended. */
function endingOf(error: unknown): Ending {
  const { code } = (error ?? {}) as { code?: unknown };
  const text = typeof code === 'string' ? code : '';
  if (LOST.test(text)) return 'lost';
  // Else the application gave it up, for a reason of its own.
  return BROKEN.test(text) ? 'error' : 'page';
}
