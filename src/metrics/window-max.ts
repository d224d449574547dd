/** Length of a window in milliseconds. */
export const WINDOW_MS = 30_000;

/**
 * A maximum over the current and the previous window of 30 s, so that two
 * readers see the same figure whenever they come.
 */
export class WindowMax {
  #window = 0;
  #current = 0;
  #previous = 0;

  /** @param now - milliseconds of the monotonic clock. */
  add(value: number, now: number): void {
    this.#turn(now);
    if (value > this.#current) this.#current = value;
  }

  /** @returns 0 when nothing was added in the two windows. */
  read(now: number): number {
    this.#turn(now);
    return Math.max(this.#current, this.#previous);
  }

  #turn(now: number): void {
    const window = Math.floor(now / WINDOW_MS);
    if (window === this.#window) return;
    this.#previous = window === this.#window + 1 ? this.#current : 0;
    this.#current = 0;
    this.#window = window;
  }
}
