import { reportFailure } from './failure.ts';
import type { MeasuredResponse } from './keys.ts';
import { imitate } from './patch.ts';

// A compressor stands between the application and the response: what the
// application wrote is seen where it writes. Wrapping must be done before the
// headers are sent, or the first chunk of every implicit path is missed.

/** Told of what the application wrote or ended outside. None of these throws. */
export interface OutsideListener {
  /** After a write; `chunk` may be anything. */
  onWrite(response: MeasuredResponse, chunk: unknown, encoding: unknown): void;
  /** Before an end. @returns whether the peer is still there. */
  canEnd(response: MeasuredResponse): boolean;
  /** After the first end, if it could; `chunk` may be anything. */
  onEnd(response: MeasuredResponse, chunk: unknown, encoding: unknown): void;
}

type Method = (...args: unknown[]) => unknown;

/** Where an application writes: a response, or what is piped into one. */
interface Target {
  write: Method;
  end: Method;
  readonly writableEnded?: boolean;
  [WATCH]?: Watch;
}

/** Our wrappers on a target, one pair however many responses it feeds. */
interface Watch {
  readonly responses: Set<MeasuredResponse>;
  readonly restore: () => void;
}

/** On a target: our wrappers. On a response: the target it is fed by. */
const WATCH: unique symbol = Symbol('sse.watch');
const TARGET: unique symbol = Symbol('sse.target');

type WatchedResponse = MeasuredResponse & { [TARGET]?: Target };

/** Whether writes to the response are seen above a compressor. */
export function isCountedOutside(response: MeasuredResponse): boolean {
  return (response as WatchedResponse)[TARGET] !== undefined;
}

/** Sees what the application writes if a middleware put a `write` of its own. */
export function watchOwnWrite(
  response: MeasuredResponse,
  listener: OutsideListener,
): void {
  if (Object.hasOwn(response, 'write')) watch(response, response, listener);
}

/**
 * Sees what is written into a stream that is piped into an encoded response.
 *
 * @returns whether it does now.
 */
export function watchPiped(
  response: MeasuredResponse,
  source: unknown,
  listener: OutsideListener,
): boolean {
  // One that was ended before it was piped is written to no more.
  if (!isTarget(source) || source.writableEnded) return false;
  watch(response, source, listener);
  return true;
}

/**
 * Ends watching for a response, and takes our wrappers off with its last one,
 * where nobody put others on top.
 */
export function unwatchOutside(response: MeasuredResponse): void {
  const target = (response as WatchedResponse)[TARGET];
  if (target === undefined) return;
  delete (response as WatchedResponse)[TARGET];
  target[WATCH]?.responses.delete(response);
  if (target[WATCH]?.responses.size === 0) target[WATCH].restore();
}

/** A source may live longer than the response; a middleware's `write` may not. */
export function unwatchPiped(response: MeasuredResponse): void {
  const target: unknown = (response as WatchedResponse)[TARGET];
  if (target !== response) unwatchOutside(response);
}

function isTarget(source: unknown): source is Target {
  const { write, end } = (source ?? {}) as Partial<Target>;
  return typeof write === 'function' && typeof end === 'function';
}

function watch(
  response: WatchedResponse,
  target: object,
  listener: OutsideListener,
): void {
  if (response[TARGET] !== undefined || !isTarget(target)) return;
  target[WATCH] ??= wrap(target, listener);
  target[WATCH].responses.add(response);
  response[TARGET] = target;
}

function wrap(target: Target, listener: OutsideListener): Watch {
  const responses = new Set<MeasuredResponse>();
  const write = replace(target, 'write', (original) => {
    return function (this: unknown, ...args: unknown[]): unknown {
      const accepted = call(original, this, args);
      if (depth === 0 && !hasEnded) {
        for (const response of responses) {
          listener.onWrite(response, args[0], args[1]);
        }
      }
      return accepted;
    };
  });
  const end = replace(target, 'end', (original) => {
    return function (this: unknown, ...args: unknown[]): unknown {
      // The compressor ends the response later: `writableEnded` says nothing.
      const isFirst = depth === 0 && !hasEnded;
      const endable = isFirst ? [...responses].filter(listener.canEnd) : [];
      hasEnded ||= isFirst;
      const result = call(original, this, args);
      for (const response of endable) {
        listener.onEnd(response, args[0], args[1]);
      }
      return result;
    };
  });
  // `end` may call `write`: only what the application calls is counted.
  let depth = 0;
  let hasEnded = false;
  const call = (original: Method, self: unknown, args: unknown[]): unknown => {
    depth++;
    try {
      return original.apply(self, args);
    } finally {
      depth--;
    }
  };
  return {
    responses,
    restore() {
      delete target[WATCH];
      write();
      end();
    },
  };
}

/** Puts a wrapper on a method. @returns its undo. */
function replace(
  target: Target,
  key: 'write' | 'end',
  wrap: (original: Method) => Method,
): () => void {
  const original = target[key];
  const own = Object.getOwnPropertyDescriptor(target, key);
  const wrapper = wrap(original);
  imitate(wrapper, original);
  target[key] = wrapper;
  return () => {
    try {
      if (target[key] !== wrapper) return;
      if (own !== undefined) Object.defineProperty(target, key, own);
      else delete (target as Partial<Target>)[key];
    } catch (error) {
      reportFailure(error);
    }
  };
}
