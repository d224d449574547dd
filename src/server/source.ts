import { reportFailure } from './failure.ts';
import { Few } from './few.ts';
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
  if (target[WATCH]?.responses.isEmpty) target[WATCH].restore(target);
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
  target[WATCH] ??= new Watch(target, listener);
  target[WATCH].responses.add(response);
  response[TARGET] = target;
}

/** Our wrappers on a target, one pair however many responses it feeds. */
class Watch {
  readonly responses = new Few<MeasuredResponse>();
  readonly listener: OutsideListener;
  /** `end` may call `write`: only what the application calls is counted. */
  depth = 0;
  hasEnded = false;
  readonly #write: Wrapped;
  readonly #end: Wrapped;

  constructor(target: Target, listener: OutsideListener) {
    this.listener = listener;
    this.#write = put(this, target, 'write', writeThrough);
    this.#end = put(this, target, 'end', endThrough);
  }

  call(original: Method, self: unknown, args: unknown[]): unknown {
    this.depth++;
    try {
      return original.apply(self, args);
    } finally {
      this.depth--;
    }
  }

  /** Takes the wrappers off. */
  restore(target: Target): void {
    delete target[WATCH];
    takeOff(target, 'write', this.#write);
    takeOff(target, 'end', this.#end);
  }
}

/** What calls the original, and tells of it. */
type Through = (
  watch: Watch,
  original: Method,
  self: unknown,
  args: unknown[],
) => unknown;

const writeThrough: Through = (watch, original, self, args) => {
  const accepted = watch.call(original, self, args);
  if (watch.depth === 0 && !watch.hasEnded) {
    for (const response of watch.responses.all()) {
      watch.listener.onWrite(response, args[0], args[1]);
    }
  }
  return accepted;
};

const endThrough: Through = (watch, original, self, args) => {
  const { listener } = watch;
  // The compressor ends the response later: `writableEnded` says nothing.
  const isFirst = watch.depth === 0 && !watch.hasEnded;
  const responses = isFirst ? watch.responses.all() : [];
  const endable = responses.filter((response) => listener.canEnd(response));
  watch.hasEnded ||= isFirst;
  const result = watch.call(original, self, args);
  for (const response of endable) {
    listener.onEnd(response, args[0], args[1]);
  }
  return result;
};

/** A wrapper that was put on, and what it stands for. */
interface Wrapped {
  readonly wrapper: Method;
  /** The target's own method; of one that it inherits there is nothing to keep. */
  readonly own: Method | undefined;
}

function put(
  watch: Watch,
  target: Target,
  key: 'write' | 'end',
  through: Through,
): Wrapped {
  const original = target[key];
  if (!Object.hasOwn(target, key)) {
    const wrapped = inheritedWrapper(key, original, through);
    target[key] = wrapped.wrapper;
    return wrapped;
  }
  // A middleware's may be called without its response.
  const wrapper = function (this: unknown, ...args: unknown[]): unknown {
    return through(watch, original, this, args);
  };
  imitate(wrapper, original);
  target[key] = wrapper;
  return { wrapper, own: original };
}

/** One for all targets that inherit a method: a closure each costs a kilobyte. */
const inherited = {
  write: new WeakMap<Method, Wrapped>(),
  end: new WeakMap<Method, Wrapped>(),
};

function inheritedWrapper(
  key: 'write' | 'end',
  original: Method,
  through: Through,
): Wrapped {
  const known = inherited[key].get(original);
  if (known !== undefined) return known;
  const wrapper = function (this: unknown, ...args: unknown[]): unknown {
    const watch = (this as Partial<Target> | undefined)?.[WATCH];
    return watch === undefined
      ? original.apply(this, args)
      : through(watch, original, this, args);
  };
  imitate(wrapper, original);
  const wrapped = { wrapper, own: undefined };
  inherited[key].set(original, wrapped);
  return wrapped;
}

function takeOff(
  target: Target,
  key: 'write' | 'end',
  { wrapper, own }: Wrapped,
): void {
  try {
    if (target[key] !== wrapper) return;
    if (own !== undefined) target[key] = own;
    else delete (target as Partial<Target>)[key];
  } catch (error) {
    reportFailure(error);
  }
}
