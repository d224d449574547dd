import { attempt } from './failure.ts';

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
 * Puts another function in the place of one that an object has or inherits.
 *
 * @param slot - whether it is the property's value, or its setter.
 * @returns its undo: the object is as it was, unless somebody put another there.
 */
export function replace<Target extends Callable>(
  target: object,
  key: PropertyKey,
  change: (original: Target) => Target,
  slot: 'value' | 'set' = 'value',
): () => void {
  const own = Object.getOwnPropertyDescriptor(target, key);
  const found =
    own ?? Object.getOwnPropertyDescriptor(Object.getPrototypeOf(target), key);
  const original = found?.[slot];
  if (typeof original !== 'function') return () => {};
  const changed = change(original as Target);
  const define = (descriptor: PropertyDescriptor): void => {
    // What is frozen stays as it is.
    attempt(() => Object.defineProperty(target, key, descriptor));
  };
  define({ ...found, [slot]: changed });
  return () => {
    const now = Object.getOwnPropertyDescriptor(target, key);
    if (now?.[slot] !== changed) return;
    if (own) define(own);
    else Reflect.deleteProperty(target, key);
  };
}
