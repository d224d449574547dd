import { OutgoingMessage, ServerResponse } from 'node:http';
import { imitate } from './source.ts';

/** A method of a response, whatever its arguments. */
export type Method = (this: unknown, ...args: unknown[]) => unknown;

type Prototype = Record<string, Method | undefined>;

const prototype = ServerResponse.prototype as unknown as Prototype;
const parent = OutgoingMessage.prototype as unknown as Prototype;

/** What was put on the prototype and could not be taken off: others are on it. */
const stuck = new Set<string>();
const originals = new Map<string, Method | undefined>();

/**
 * The method below ours: the prototype's own when there was one, else what it
 * inherits now, since others may patch that meanwhile.
 */
export function originalOf(key: string): Method {
  return originals.get(key) ?? (parent[key] as Method);
}

/**
 * Puts wrappers on `ServerResponse.prototype`, with the name, length and
 * property attributes of what they wrap.
 *
 * @returns its undo: afterwards the prototype is as it was. A method on which
 * somebody else put another stays, and must do nothing by itself.
 */
export function patchResponse(
  wrappers: Readonly<
    Record<string, (this: never, ...args: never[]) => unknown>
  >,
): () => void {
  for (const [key, wrapper] of Object.entries(wrappers)) {
    const inherited = prototype[key];
    if (stuck.has(key) || inherited === undefined) continue;
    const own = Object.getOwnPropertyDescriptor(prototype, key);
    originals.set(key, own === undefined ? undefined : inherited);
    imitate(wrapper, inherited);
    Object.defineProperty(prototype, key, {
      configurable: true,
      enumerable: true,
      writable: true,
      ...own,
      value: wrapper,
    });
  }
  return () => {
    for (const [key, wrapper] of Object.entries(wrappers)) {
      if (prototype[key] !== wrapper) {
        if (prototype[key] !== undefined) stuck.add(key);
        continue;
      }
      stuck.delete(key);
      const original = originals.get(key);
      if (original === undefined) delete prototype[key];
      else prototype[key] = original;
    }
  };
}
