/** The most hosts remembered. */
const MAX_HOSTS = 100;
/** `Date` has whole seconds: the clock may be so much further. */
const SECOND_MS = 1000;
const SERVER_TIMING = /(?:^|,)\s*now\s*;\s*dur=([\d.]+)/;

/** Headers of a response that tell its server's time. */
export interface TimeHeaders {
  readonly date: string | undefined;
  /** With a metric `now` whose `dur` is milliseconds since 1970. */
  readonly serverTiming: string | undefined;
}

/**
 * How far a server's clock is from ours. A response bounds it: its `Date` was
 * written between request and answer. Every further one narrows the bounds. What
 * they allow to be none is taken for none, so that the error is never larger than
 * they are wide: the time to the answer, and a second where only `Date` is there.
 */
export class ServerClocks {
  readonly #bounds = new Map<string, readonly [low: number, high: number]>();

  /**
   * @param asked - milliseconds since 1970 by our clock, before the request.
   * @param answered - the same, after the response's headers.
   */
  learn(
    host: string,
    { date, serverTiming }: TimeHeaders,
    asked: number,
    answered: number,
  ): void {
    const precise = Number(SERVER_TIMING.exec(serverTiming ?? '')?.[1]);
    const time = precise > 0 ? precise : Date.parse(date ?? '');
    if (Number.isNaN(time)) return;
    const latest = precise > 0 ? time : time + SECOND_MS;
    const known = this.#bounds.get(host) ?? [-Infinity, Infinity];
    let low = Math.max(known[0], time - answered);
    let high = Math.min(known[1], latest - asked);
    // A clock was set: what was known is no longer so.
    if (low > high) {
      low = time - answered;
      high = latest - asked;
    }
    if (this.#bounds.size >= MAX_HOSTS) this.#bounds.clear();
    this.#bounds.set(host, [low, high]);
  }

  /** Milliseconds to add to our clock for the server's. */
  offsetOf(host: string): number {
    const [low, high] = this.#bounds.get(host) ?? [0, 0];
    return Math.min(Math.max(0, low), high);
  }
}
