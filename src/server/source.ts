import { EventEmitter } from 'node:events';
import type { Readable } from 'node:stream';
import { reportFailure } from './failure.ts';
import { CANDIDATE, type MeasuredResponse } from './keys.ts';

// A compressor stands between the application and the response: what the
// application wrote is seen where it writes. Wrapping must be done before the
// headers are sent, or the first chunk of every implicit path is missed.

/** Marks a response or a pipe's source that is watched from outside. */
const WATCHED: unique symbol = Symbol('sse.watched');

/** Where an application writes, and how we take our wrappers off again. */
interface Writable {
  write: (...args: unknown[]) => unknown;
  end: (...args: unknown[]) => unknown;
}

interface WatchedResponse extends MeasuredResponse {
  [WATCHED]?: () => void;
}

/** Told of what the application wrote or ended outside. None of these throws. */
export interface OutsideListener {
  /** After a write; `chunk` may be anything. */
  onWrite(response: MeasuredResponse, chunk: unknown, encoding: unknown): void;
  /** Before an end. @returns whether the peer is still there. */
  canEnd(response: MeasuredResponse): boolean;
  /** After the first end, if it could; `chunk` may be anything. */
  onEnd(response: MeasuredResponse, chunk: unknown, encoding: unknown): void;
}

/** Whether writes to the response are seen above a compressor. */
export function isCountedOutside(response: MeasuredResponse): boolean {
  return (response as WatchedResponse)[WATCHED] !== undefined;
}

/**
 * Makes ready to see what the application writes, once a response is a
 * candidate: by the response's own `write` if a middleware put one there, and by
 * the stream piped into it if its headers name an encoding.
 */
export function watchOutside(
  response: MeasuredResponse,
  listener: OutsideListener,
): void {
  watchOwnWrite(response, listener);
  if (response[CANDIDATE]) return;
  response[CANDIDATE] = true;
  EventEmitter.prototype.once.call(response, 'pipe', (source: Readable) => {
    try {
      const encoding = response.getHeader('content-encoding');
      if (encoding === undefined || encoding === 'identity') return;
      if (isWritable(source)) watch(response, source, listener);
    } catch (error) {
      reportFailure(error);
    }
  });
}

/** Sees what the application writes if a middleware put a `write` of its own. */
export function watchOwnWrite(
  response: MeasuredResponse,
  listener: OutsideListener,
): void {
  if (Object.hasOwn(response, 'write')) watch(response, response, listener);
}

/** Takes our wrappers off, where nobody put others on top. */
export function unwatchOutside(response: MeasuredResponse): void {
  (response as WatchedResponse)[WATCHED]?.();
}

function isWritable(source: object): source is object & Writable {
  const { write, end } = source as Partial<Writable>;
  return typeof write === 'function' && typeof end === 'function';
}

function watch(
  response: WatchedResponse,
  target: object,
  listener: OutsideListener,
): void {
  if (response[WATCHED] !== undefined || !isWritable(target)) return;
  const { write, end } = target;
  const wasOwn = Object.hasOwn(target, 'write');
  // `end` may call `write`: only what the application calls is counted.
  let depth = 0;
  const call = (
    original: Writable['write'],
    self: unknown,
    args: unknown[],
  ) => {
    depth++;
    try {
      return original.apply(self, args);
    } finally {
      depth--;
    }
  };
  let hasEnded = false;
  const ownWrite = function (this: unknown, ...args: unknown[]): unknown {
    const accepted = call(write, this, args);
    if (depth === 0 && !hasEnded) listener.onWrite(response, args[0], args[1]);
    return accepted;
  };
  const ownEnd = function (this: unknown, ...args: unknown[]): unknown {
    // The compressor ends the response later: `writableEnded` says nothing.
    const isFirst = depth === 0 && !hasEnded;
    const couldEnd = isFirst && listener.canEnd(response);
    hasEnded ||= isFirst;
    const result = call(end, this, args);
    if (couldEnd) listener.onEnd(response, args[0], args[1]);
    return result;
  };
  imitate(ownWrite, write);
  imitate(ownEnd, end);
  target.write = ownWrite;
  target.end = ownEnd;
  response[WATCHED] = () => {
    delete response[WATCHED];
    if (target.write === ownWrite) restore(target, 'write', write, wasOwn);
    if (target.end === ownEnd) restore(target, 'end', end, wasOwn);
  };
}

function restore(
  target: object & Writable,
  key: 'write' | 'end',
  original: (...args: unknown[]) => unknown,
  wasOwn: boolean,
): void {
  if (wasOwn) target[key] = original;
  else delete (target as Partial<Writable>)[key];
}

/** Gives a wrapper the name and length of what it wraps. */
export function imitate(
  wrapper: (...args: never[]) => unknown,
  original: (...args: never[]) => unknown,
): void {
  Object.defineProperty(wrapper, 'name', {
    configurable: true,
    value: original.name,
  });
  Object.defineProperty(wrapper, 'length', {
    configurable: true,
    value: original.length,
  });
}
