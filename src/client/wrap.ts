type Callable = (...args: never[]) => unknown;

/**
 * A function that stands for another one: same name, length, statics, prototype
 * and text.
 *
 * @param traps - `apply` or `construct`; each calls the original with what it
 * was given.
 */
export function wrap<Target extends Callable>(
  original: Target,
  traps: ProxyHandler<Target>,
): Target {
  return new Proxy(original, {
    ...traps,
    get(target, key, receiver) {
      // Of a proxy, the engine gives a text without the name.
      if (key === 'toString') return target.toString.bind(target);
      return Reflect.get(target, key, receiver);
    },
  });
}

/**
 * Puts a value on an object, in place of its own or an inherited one.
 *
 * @returns its undo: the object is as it was, unless somebody put another there.
 */
export function replace(
  target: object,
  key: PropertyKey,
  value: unknown,
): () => void {
  return redefine(target, key, { writable: true, value });
}

/** As {@link replace}, of the setter of a property. */
export function replaceSetter(
  target: object,
  key: PropertyKey,
  traps: ProxyHandler<(value: unknown) => void>,
): () => void {
  const own = Object.getOwnPropertyDescriptor(target, key);
  if (own?.set === undefined) return () => {};
  return redefine(target, key, { ...own, set: wrap(own.set, traps) });
}

function redefine(
  target: object,
  key: PropertyKey,
  changed: PropertyDescriptor,
): () => void {
  const own = Object.getOwnPropertyDescriptor(target, key);
  const enumerable = own?.enumerable ?? false;
  const ours = { ...changed, configurable: true, enumerable };
  Object.defineProperty(target, key, ours);
  return () => {
    const now = Object.getOwnPropertyDescriptor(target, key);
    if (now?.value !== changed.value || now?.set !== changed.set) return;
    if (own === undefined) Reflect.deleteProperty(target, key);
    else Object.defineProperty(target, key, own);
  };
}
