import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { acceptsEventStream, isEventStream } from '../protocol/content-type.ts';
import {
  type Ask,
  type Ending,
  type Exchange,
  failToConnect,
  readAnswer,
} from './exchange.ts';
import { attempt } from './failure.ts';
import type { ClientMonitor } from './monitor.ts';

/** What of undici's request we read. */
interface UndiciRequest {
  readonly origin: string | URL;
  readonly path: string;
  readonly method: string;
  /** Names and values in turns; text before undici 6. */
  readonly headers: unknown;
  onData?: unknown;
}

interface Message {
  readonly request: UndiciRequest;
  readonly response?: {
    readonly statusCode: number;
    readonly headers: readonly (Buffer | string)[];
  };
  readonly chunk?: Uint8Array;
  readonly error?: unknown;
}

/** An open stream, and how many of its chunks a channel told. */
interface Watched {
  readonly exchange: Exchange;
  told: number;
}

/** The connection broke. */
const LOST = /^(UND_ERR_(SOCKET|BODY_TIMEOUT)|E[A-Z]+)$/;
/** It was not understood. */
const BROKEN = /^(UND_ERR_(?!ABORTED|DESTROYED|CLOSED)|HPE_)/;

/**
 * Measures the event streams that undici receives from now on, by what it tells
 * on its channels: nothing of it is wrapped, but for the one method that older
 * ones do not tell of. What asks as the standard has an EventSource ask, is one:
 * Node's own and the package `eventsource` are on undici too.
 *
 * @returns its undo.
 */
export function hookUndici(monitor: ClientMonitor): () => void {
  const times = new WeakMap<UndiciRequest, number>();
  const watched = new WeakMap<UndiciRequest, Watched>();

  const onHeaders = ({ request, response }: Message): void => {
    if (response === undefined) return;
    const { headers } = response;
    const contentType = findHeader(headers, 'content-type');
    // What most answers are is done with here.
    if (!isEventStream(contentType) && !wantsEventStream(request)) return;
    const exchange = readAnswer(monitor, askOf(request), {
      status: response.statusCode,
      contentType,
      isEncoded: isEncoded(findHeader(headers, 'content-encoding')),
      date: findHeader(headers, 'date'),
      serverTiming: findHeader(headers, 'server-timing'),
    });
    if (exchange === undefined) return;
    const stream = { exchange, told: 0 };
    watched.set(request, stream);
    listenToData(request, stream);
  };
  const onChunk = ({ request, chunk }: Message): void => {
    const stream = watched.get(request);
    if (stream === undefined || chunk === undefined) return;
    stream.told++;
    stream.exchange.feed(chunk);
  };
  const onEnd = ({ request }: Message): void => {
    watched.get(request)?.exchange.end('completed');
  };
  const onError = ({ request, error }: Message): void => {
    const stream = watched.get(request);
    const ending = endingOf(error);
    if (stream !== undefined) stream.exchange.end(ending);
    else if (times.has(request) && ending !== 'page') {
      failToConnect(monitor, askOf(request));
    }
  };
  const askOf = (request: UndiciRequest): Ask => readAsk(request, times);

  const listeners: Record<string, (message: Message) => void> = {
    create: ({ request }) => times.set(request, performance.now()),
    headers: onHeaders,
    bodyChunkReceived: onChunk,
    trailers: onEnd,
    error: onError,
  };
  const undo = Object.entries(listeners).map(([name, listener]) => {
    const channel = `undici:request:${name}`;
    // What a subscriber throws would end the process.
    const guarded = (message: unknown): void => {
      attempt(() => listener(message as Message));
    };
    subscribe(channel, guarded);
    return () => {
      unsubscribe(channel, guarded);
    };
  });
  return () => {
    for (const step of undo) step();
  };
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
      attempt(() => stream.exchange.feed(chunk));
    }
    return result;
  };
}

function readAsk(
  request: UndiciRequest,
  times: WeakMap<UndiciRequest, number>,
): Ask {
  const { headers } = request;
  const accept = findHeader(headers, 'accept');
  const isEventSource =
    request.method === 'GET' &&
    accept === 'text/event-stream' &&
    findHeader(headers, 'cache-control') === 'no-cache' &&
    findHeader(headers, 'sec-fetch-mode') === 'cors';
  return {
    url: new URL(request.path, request.origin),
    method: request.method,
    accept,
    isResumed: findHeader(headers, 'last-event-id') !== undefined,
    kind: isEventSource ? 'eventsource' : 'fetch',
    time: times.get(request) ?? performance.now(),
  };
}

function wantsEventStream({ headers }: UndiciRequest): boolean {
  return acceptsEventStream(findHeader(headers, 'accept'));
}

/** @param given - names and values in turns, or text. */
function findHeader(given: unknown, name: string): string | undefined {
  const list: unknown[] = Array.isArray(given)
    ? given
    : String(given ?? '').split(/: |\r\n/);
  for (let i = 0; i + 1 < list.length; i += 2) {
    const key = list[i] as Buffer | string;
    if (key.length === name.length && String(key).toLowerCase() === name) {
      return String(list[i + 1]);
    }
  }
  return undefined;
}

function isEncoded(encoding: string | undefined): boolean {
  return encoding !== undefined && encoding !== 'identity';
}

/** By whose will a request ended. */
function endingOf(error: unknown): Ending {
  const { code } = (error ?? {}) as { code?: unknown };
  const text = typeof code === 'string' ? code : '';
  if (LOST.test(text)) return 'lost';
  // Else the application gave it up, for a reason of its own.
  return BROKEN.test(text) ? 'error' : 'page';
}
