/**
 * Tenths of a millisecond of the monotonic clock: a small integer for two days,
 * which V8 keeps in a field without a box of 16 bytes.
 */
export function readTenths(): number {
  return Math.floor(performance.now() * 10);
}

/** Seconds from one reading of {@link readTenths} to another. */
export function secondsBetween(from: number, to: number): number {
  return (to - from) / 10_000;
}

/** Milliseconds between two ticks. */
const TICK_MS = 250;

/**
 * A clock that is read for nothing: good to a quarter of a second, for what
 * happens at every write. It runs while there is something to time, and keeps
 * no process alive.
 */
export class CoarseClock {
  /** Whole milliseconds of the monotonic clock at the last tick. */
  now = Math.round(performance.now());
  #timer: NodeJS.Timeout | undefined;
  #ticks = 0;
  readonly #onSecond: () => void;

  /** @param onSecond - called once a second while the clock runs. */
  constructor(onSecond: () => void) {
    this.#onSecond = onSecond;
  }

  start(): void {
    if (this.#timer !== undefined) return;
    this.now = Math.round(performance.now());
    this.#timer = setInterval(() => this.#tick(), TICK_MS);
    this.#timer.unref();
  }

  stop(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  #tick(): void {
    this.now = Math.round(performance.now());
    this.#ticks++;
    if (this.#ticks % (1000 / TICK_MS) === 0) this.#onSecond();
  }
}
