/** Seconds over which the busiest second decides how many values are skipped. */
const PEAK_SECONDS = 60;
/** Of the limit, aimed at: the draws are random, and the end of a second counts. */
const AIM = 0.9;
/** Far enough not to be reached before the next second. */
const NEVER = 2 ** 30;

/**
 * Chooses which values of a busy stream of values are recorded: one in N, N
 * such that at most `perSecond` are; below that rate every one.
 *
 * The caller subtracts from `countdown` and calls {@link Sampler.rearm} when it
 * is used up. It is re-armed at random: a fixed step would meet broadcasts in
 * lockstep and sample the same connections for ever.
 */
export class Sampler {
  /** Values to let pass; at 0 or below the current one is to be recorded. */
  countdown = 1;
  readonly #perSecond: number;
  #step = 1;
  #recorded = 0;
  #secondStart = 0;
  /** Sum of all draws: less the countdown it is the number of values seen. */
  #drawn = 1;
  #seenBefore = 0;
  readonly #peaks: number[] = [];
  #peak = 0;

  /** @param perSecond - the most values recorded in a second; 0 records none. */
  constructor(perSecond: number) {
    this.#perSecond = perSecond;
    if (perSecond === 0) this.#draw();
  }

  /** Says that the current value is recorded, and draws the next countdown. */
  rearm(): void {
    const recorded = ++this.#recorded;
    // A burst beyond every second before: thin out before the limit, or only its
    // beginning is seen. What was expected is not: its end would be seen less.
    if (
      (recorded & 63) === 0 &&
      recorded > this.#perSecond / 2 &&
      this.#countSeen() > this.#peak &&
      recorded >
        (this.#perSecond * (performance.now() - this.#secondStart)) / 1e3
    ) {
      this.#step *= 2;
    }
    this.#draw();
  }

  /** Begins the next second. To be called once a second. */
  startSecond(): void {
    if (this.#perSecond === 0) return;
    const seen = this.#countSeen();
    this.#seenBefore += seen;
    this.#peaks.push(seen);
    if (this.#peaks.length > PEAK_SECONDS) this.#peaks.shift();
    this.#peak = Math.max(...this.#peaks);
    const step =
      this.#peak > this.#perSecond
        ? Math.ceil(this.#peak / (this.#perSecond * AIM))
        : 1;
    this.#recorded = 0;
    this.#secondStart = performance.now();
    if (step === this.#step && this.countdown < NEVER / 2) return;
    this.#step = step;
    this.#drawn -= this.countdown;
    this.countdown = 0;
    this.#draw();
  }

  /** Values in this second, the current one with them. */
  #countSeen(): number {
    return this.#drawn - this.countdown - this.#seenBefore;
  }

  #draw(): void {
    const isFull = this.#recorded >= this.#perSecond;
    const draw = isFull
      ? NEVER
      : 1 + Math.floor(Math.random() * (2 * this.#step - 1));
    this.countdown += draw;
    this.#drawn += draw;
  }
}
