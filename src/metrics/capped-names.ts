import { OTHER } from '../semconv.ts';

/** Longest name kept as an attribute value; longer ones are cut. */
const MAX_NAME_LENGTH = 200;

/**
 * A bounded set of attribute values: the first `limit` different ones stay as
 * they are, every further one is `_OTHER`.
 */
export class CappedNames {
  readonly #names = new Map<string, string>();
  readonly #limit: number;
  readonly #isClosed: boolean;

  /** @param list - when given, only these are kept, whatever `limit` is. */
  constructor(limit: number, list?: readonly string[]) {
    this.#limit = limit;
    this.#isClosed = list !== undefined;
    for (const name of [OTHER, ...(list ?? [])]) this.#names.set(name, name);
  }

  /** @returns the value to use: an instance kept here, or `_OTHER`. */
  admit(value: string, limit = this.#limit): string {
    const name =
      value.length > MAX_NAME_LENGTH
        ? `${value.slice(0, MAX_NAME_LENGTH - 1)}…`
        : value;
    const known = this.#names.get(name);
    if (known !== undefined) return known;
    // `_OTHER` itself is among the names.
    if (this.#isClosed || this.#names.size > limit) return OTHER;
    // Copied: a slice would keep the text it was cut from alive.
    const kept = name.split('').join('');
    this.#names.set(kept, kept);
    return kept;
  }
}
