import type { Attributes } from '@opentelemetry/api';
import { OTHER } from '../semconv.ts';

/** A count and the attribute set it is reported with. */
export interface Count {
  readonly attributes: Attributes;
  value: number;
}

/** Counts by the values of one attribute; every value of a closed set at 0. */
export class Counts {
  readonly all: Count[] = [];
  readonly #byValue = new Map<string, Count>();
  readonly #base: Attributes;
  readonly #attribute: string;
  readonly #budget: Budget | undefined;

  /**
   * @param values - reported from the start, at 0, whatever the budget.
   * @param budget - bounds the values that come later; what is beyond it goes to
   * `_OTHER`. Without it `values` are all there are.
   */
  constructor(
    base: Attributes,
    attribute: string,
    values: readonly string[],
    budget?: Budget,
  ) {
    this.#base = base;
    this.#attribute = attribute;
    this.#budget = budget;
    for (const value of values) this.#create(value);
  }

  /** The count of one value, to be added to. */
  of(value: string): Count {
    const known = this.#byValue.get(value);
    if (known !== undefined) return known;
    if (value !== OTHER && this.#budget?.take() === false)
      return this.of(OTHER);
    return this.#create(value);
  }

  #create(value: string): Count {
    const attributes = { ...this.#base, [this.#attribute]: value };
    const count = { attributes, value: 0 };
    this.#byValue.set(value, count);
    this.all.push(count);
    return count;
  }
}

/** How many attribute sets an instrument may still add. */
export class Budget {
  #left: number;

  constructor(left: number) {
    this.#left = left;
  }

  /** Takes one. @returns false when none is left. */
  take(): boolean {
    if (this.#left <= 0) return false;
    this.#left--;
    return true;
  }
}
