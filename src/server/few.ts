/** A set that is mostly of one: a `Set` costs 200 bytes. */
export class Few<Item extends object> {
  #items: Item | Set<Item> | undefined;

  get isEmpty(): boolean {
    return this.#items === undefined;
  }

  add(item: Item): void {
    if (this.#items === undefined) this.#items = item;
    else if (this.#items instanceof Set) this.#items.add(item);
    else if (this.#items !== item) this.#items = new Set([this.#items, item]);
  }

  delete(item: Item): void {
    if (this.#items === item) this.#items = undefined;
    else if (this.#items instanceof Set) {
      this.#items.delete(item);
      if (this.#items.size === 0) this.#items = undefined;
    }
  }

  all(): readonly Item[] {
    if (this.#items === undefined) return [];
    return this.#items instanceof Set ? [...this.#items] : [this.#items];
  }
}
