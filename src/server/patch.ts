import { OutgoingMessage, ServerResponse } from 'node:http';

/** A method of a response, whatever its arguments. */
export type Method = (this: unknown, ...args: unknown[]) => unknown;

type Prototype = Record<string, Method | undefined>;
type Wrapper = (this: never, ...args: never[]) => unknown;

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
 * property attributes of what they wrap. Two names of one function stay so.
 *
 * @returns its undo: afterwards the prototype is as it was. A method on which
 * somebody else put another stays, and must do nothing by itself.
 */
export function patchResponse(
  wrappers: Readonly<Record<string, Wrapper>>,
): () => void {
  const { writeHead, writeHeader } = prototype;
  // Node 22 and 24 have it as an alias.
  const hasAlias = writeHeader !== undefined && writeHeader === writeHead;
  const all = hasAlias
    ? { ...wrappers, writeHeader: wrappers['writeHead'] as Wrapper }
    : wrappers;
  for (const [key, wrapper] of Object.entries(all)) put(key, wrapper);
  return () => {
    for (const [key, wrapper] of Object.entries(all)) remove(key, wrapper);
  };
}

function put(key: string, wrapper: Wrapper): void {
  const current = prototype[key];
  if (current === undefined || current === wrapper) return;
  if (stuck.has(key) && !isBelow(key, current)) return;
  stuck.delete(key);
  const own = Object.getOwnPropertyDescriptor(prototype, key);
  originals.set(key, own === undefined ? undefined : current);
  imitate(wrapper, current);
  Object.defineProperty(prototype, key, {
    configurable: true,
    enumerable: true,
    writable: true,
    ...own,
    value: wrapper,
  });
}

function remove(key: string, wrapper: Wrapper): void {
  const current = prototype[key];
  if (current !== wrapper) {
    if (current !== undefined && !isBelow(key, current)) stuck.add(key);
    return;
  }
  stuck.delete(key);
  const original = originals.get(key);
  if (original === undefined) delete prototype[key];
  else prototype[key] = original;
}

/** Whether a method was there before ours: somebody took ours off. */
function isBelow(key: string, method: Method): boolean {
  return method === originals.get(key) || method === parent[key];
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
