/** A method of a response, whatever its arguments. */
export type Method = (this: unknown, ...args: unknown[]) => unknown;

type Prototype = Record<string, Method | undefined>;
type Wrapper = (this: never, ...args: never[]) => unknown;

/**
 * Our wrappers on one prototype. What a wrapper calls is `originals.x ?? parent.x`:
 * the prototype's own method when there was one, else what it inherits now, since
 * others may patch that meanwhile. Written out, with the name, V8 looks nothing up.
 */
export interface Patches<Key extends string> {
  /** The prototype's own methods that are below ours. */
  readonly originals: { readonly [Name in Key]?: Method | undefined };
  /** What the prototype inherits from. */
  readonly parent: { readonly [Name in Key]: Method };
  /**
   * Puts wrappers on, with the name, length and property attributes of what they
   * wrap. Two names of one function stay so.
   *
   * @returns its undo: afterwards the prototype is as it was. A method on which
   * somebody else put another stays, and must do nothing by itself.
   */
  put(wrappers: Readonly<Record<Key, Wrapper>>): () => void;
}

/** Prepares to put wrappers on a prototype. */
export function createPatches<Key extends string>(of: object): Patches<Key> {
  const prototype = of as Prototype;
  const parent = Object.getPrototypeOf(of) as Prototype;
  /** What could not be taken off: others are on it. */
  const stuck = new Set<string>();
  const originals: Prototype = {};

  /** Whether a method was there before ours: somebody took ours off. */
  const isBelow = (key: string, method: Method): boolean =>
    method === originals[key] || method === parent[key];

  const put = (key: string, wrapper: Wrapper): void => {
    const current = prototype[key];
    if (current === undefined || current === wrapper) return;
    if (stuck.has(key) && !isBelow(key, current)) return;
    stuck.delete(key);
    const own = Object.getOwnPropertyDescriptor(prototype, key);
    originals[key] = own === undefined ? undefined : current;
    imitate(wrapper, current);
    Object.defineProperty(prototype, key, {
      ...(own ?? inheritedDescriptor(parent, key)),
      configurable: true,
      writable: true,
      value: wrapper,
    });
  };

  const remove = (key: string, wrapper: Wrapper): void => {
    const current = prototype[key];
    if (current !== wrapper) {
      if (current !== undefined && !isBelow(key, current)) stuck.add(key);
      return;
    }
    stuck.delete(key);
    const own = Object.getOwnPropertyDescriptor(prototype, key);
    const original = originals[key];
    if (original === undefined) delete prototype[key];
    else Object.defineProperty(prototype, key, { ...own, value: original });
  };

  return {
    originals: originals as Partial<Record<Key, Method>>,
    parent: parent as Record<Key, Method>,
    put(wrappers) {
      const all: Record<string, Wrapper> = { ...wrappers };
      const { writeHead, writeHeader } = prototype;
      // Node 22 and 24 have it as an alias.
      if (writeHeader !== undefined && writeHeader === writeHead) {
        all['writeHeader'] = all['writeHead'] as Wrapper;
      }
      const entries = Object.entries(all);
      for (const [key, wrapper] of entries) put(key, wrapper);
      return () => {
        for (const [key, wrapper] of entries) remove(key, wrapper);
      };
    },
  };
}

/** Of what is inherited: loops name a function of a prototype, no class method. */
function inheritedDescriptor(
  from: object | null,
  key: string,
): PropertyDescriptor | undefined {
  for (let at = from; at !== null; at = Object.getPrototypeOf(at)) {
    const found = Object.getOwnPropertyDescriptor(at, key);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** Gives a wrapper the name and length of what it wraps. */
export function imitate(
  wrapper: (...args: never[]) => unknown,
  original: (...args: never[]) => unknown,
): void {
  for (const key of ['name', 'length'] as const) {
    Object.defineProperty(wrapper, key, {
      configurable: true,
      value: original[key],
    });
  }
}
