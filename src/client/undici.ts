import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { acceptsEventStream } from '../protocol/content-type.ts';
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
  /** Without its events where it is encoded. */
  readonly feed: (chunk: Uint8Array) => void;
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
    // What most answers are is done with here.
    if (
      !acceptsEventStream(findHeader(headers, 'content-type')) &&
      !acceptsEventStream(findHeader(request.headers, 'accept'))
    )
      return;
    const header = (name: string) => findHeader(headers, name);
    const exchange = readAnswer(
      monitor,
      askOf(request),
      response.statusCode,
      header,
    );
    if (exchange === undefined) return;
    const feed = isEncoded(header('content-encoding'))
      ? (chunk: Uint8Array) => exchange.count(chunk.length)
      : exchange.feed;
    const stream = { exchange, feed, told: 0 };
    watched.set(request, stream);
    listenToData(request, stream);
  };
  const onChunk = ({ request, chunk }: Message): void => {
    const stream = watched.get(request);
    if (stream === undefined || chunk === undefined) return;
    stream.told++;
    stream.feed(chunk);
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
      attempt(() => stream.feed(chunk));
    }
    return result;
  };
}

function readAsk(
  request: UndiciRequest,
  times: WeakMap<UndiciRequest, number>,
): Ask {
  const header = (name: string) => findHeader(request.headers, name);
  const isEventSource =
    request.method === 'GET' &&
    header('accept') === 'text/event-stream' &&
    header('cache-control') === 'no-cache' &&
    header('sec-fetch-mode') === 'cors';
  const kind = isEventSource ? 'eventsource' : 'fetch';
  const url = new URL(request.path, request.origin);
  return {
    url,
    key: `${kind} ${request.method} ${url}`,
    kind,
    time: times.get(request) ?? performance.now(),
    header,
  };
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
