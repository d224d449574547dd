/** Milliseconds between two ticks. */
const TICK_MS = 250;

/**
 * A clock that is read for nothing: good to a quarter of a second, for what
 * happens at every write. It runs while there is something to time, and keeps
 * no process alive.
 */
export class CoarseClock {
  /** Milliseconds of the monotonic clock at the last tick. */
  now = performance.now();
  #timer: NodeJS.Timeout | undefined;
  #ticks = 0;
  readonly #onSecond: () => void;

  /** @param onSecond - called once a second while the clock runs. */
  constructor(onSecond: () => void) {
    this.#onSecond = onSecond;
  }

  start(): void {
    if (this.#timer !== undefined) return;
    this.now = performance.now();
    this.#timer = setInterval(() => this.#tick(), TICK_MS);
    this.#timer.unref();
  }

  stop(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  #tick(): void {
    this.now = performance.now();
    this.#ticks++;
    if (this.#ticks % (1000 / TICK_MS) === 0) this.#onSecond();
  }
}
