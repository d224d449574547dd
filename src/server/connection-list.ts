import type { Connection } from './connection.ts';

/**
 * The connections not closed yet, oldest first: a list linked through the records, which
 * costs less memory than a Set.
 */
export class ConnectionList implements Iterable<Connection> {
  size = 0;
  #first: Connection | undefined;
  #last: Connection | undefined;

  add(connection: Connection): void {
    connection.previous = this.#last;
    if (this.#last === undefined) this.#first = connection;
    else this.#last.next = connection;
    this.#last = connection;
    this.size++;
  }

  remove(connection: Connection): void {
    const { previous, next } = connection;
    if (previous === undefined) this.#first = next;
    else previous.next = next;
    if (next === undefined) this.#last = previous;
    else next.previous = previous;
    connection.previous = undefined;
    connection.next = undefined;
    this.size--;
  }

  /** The one being visited may be removed meanwhile. */
  *[Symbol.iterator](): Iterator<Connection> {
    let connection = this.#first;
    while (connection !== undefined) {
      const { next } = connection;
      yield connection;
      connection = next;
    }
  }
}
