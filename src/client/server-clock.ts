/** The most hosts remembered. */
const MAX_HOSTS = 100;
/** `Date` has whole seconds: the clock may be so much further. */
const SECOND_MS = 1000;
/** A metric `now` whose `dur` is milliseconds since 1970. */
const SERVER_TIMING = /(?:^|,)\s*now\s*;\s*dur=([\d.]+)/;

/** A header of a message; `undefined` or `null` when it has none. */
export type ReadHeader = (name: string) => string | null | undefined;

/**
 * How far servers' clocks are from ours. A response bounds it: its `Date` was
 * written between request and answer. Every further one narrows the bounds. What
 * they allow to be none is taken for none, so that the error is never larger than
 * they are wide: the time to the answer, and a second where only `Date` is there.
 */
export interface ServerClocks {
  /**
   * @param asked - milliseconds since 1970 by our clock, before the request.
   * @param answered - the same, after the response's headers.
   */
  learn(
    host: string,
    header: ReadHeader,
    asked: number,
    answered: number,
  ): void;
  /** Milliseconds to add to our clock for the server's. */
  offsetOf(host: string): number;
}

/** Creates it; it knows nothing yet. */
export function createServerClocks(): ServerClocks {
  const bounds = new Map<string, readonly [low: number, high: number]>();
  return {
    learn(host, header, asked, answered) {
      const [, exact] = SERVER_TIMING.exec(header('server-timing') ?? '') ?? [];
      const time = exact ? Number(exact) : Date.parse(header('date') ?? '');
      const low = time - answered;
      const high = time + (exact ? 0 : SECOND_MS) - asked;
      const [oldLow, oldHigh] = bounds.get(host) ?? [low, high];
      if (bounds.size >= MAX_HOSTS) bounds.clear();
      // Where they exclude each other a clock was set.
      if (oldLow <= high && low <= oldHigh) {
        bounds.set(host, [Math.max(low, oldLow), Math.min(high, oldHigh)]);
      } else if (low <= high) bounds.set(host, [low, high]);
    },
    offsetOf(host) {
      const [low, high] = bounds.get(host) ?? [0, 0];
      return Math.min(Math.max(0, low), high);
    },
  };
}
