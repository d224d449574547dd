import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { acceptsEventStream } from '../protocol/content-type.ts';
import { attempt } from './failure.ts';

/** What of undici's request we read. */
export interface UndiciRequest {
  readonly origin: string | URL;
  readonly path: string;
  readonly method: string;
  /** Names and values in turns; text before undici 6. */
  readonly headers: unknown;
  onData?: unknown;
}

/** What of undici's response we read. */
interface UndiciResponse {
  readonly statusCode: number;
  readonly headers: readonly (Buffer | string)[];
}

/** Counts the event streams of undici. */
export interface UndiciListener {
  /** @param time - when it was asked, by the monotonic clock. */
  onHeaders(
    request: UndiciRequest,
    response: UndiciResponse,
    time: number,
  ): void;
  onChunk(request: UndiciRequest, chunk: Uint8Array): void;
  onEnd(request: UndiciRequest): void;
  onError(request: UndiciRequest, error: unknown, time: number): void;
}

interface Message {
  readonly request: UndiciRequest;
  readonly response?: UndiciResponse;
  readonly chunk?: Uint8Array;
  readonly error?: unknown;
}

/**
 * Listens to undici's channels: nothing of it is wrapped. What counts is brought
 * by the first request that has to do with an event stream; most processes have
 * none.
 *
 * @returns its undo.
 */
export function watchUndici(bring: () => UndiciListener): () => void {
  const times = new WeakMap<UndiciRequest, number>();
  let listener: UndiciListener | undefined;
  const bringOnce = (): UndiciListener => {
    listener ??= bring();
    return listener;
  };
  const handlers: Record<string, (message: Message) => void> = {
    create: ({ request }) => times.set(request, performance.now()),
    headers({ request, response }) {
      if (response === undefined) return;
      const type = findHeader(response.headers, 'content-type');
      if (!acceptsEventStream(type) && !wantsEventStream(request)) return;
      const time = times.get(request) ?? performance.now();
      bringOnce().onHeaders(request, response, time);
    },
    bodyChunkReceived({ request, chunk }) {
      if (chunk !== undefined) listener?.onChunk(request, chunk);
    },
    trailers: ({ request }) => listener?.onEnd(request),
    error({ request, error }) {
      const time = times.get(request);
      // One that was made before us is not ours.
      if (time === undefined) return;
      if (wantsEventStream(request)) bringOnce();
      listener?.onError(request, error, time);
    },
  };
  const undo = Object.entries(handlers).map(([name, handle]) => {
    const channel = `undici:request:${name}`;
    // What a subscriber throws would end the process.
    const guarded = (message: unknown): void => {
      attempt(() => handle(message as Message));
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

/** @param given - names and values in turns, or text. */
export function findHeader(given: unknown, name: string): string | undefined {
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

function wantsEventStream({ headers }: UndiciRequest): boolean {
  return acceptsEventStream(findHeader(headers, 'accept'));
}
