import type { Observation } from '../observation.ts';
import { median } from '../watch/buffering.ts';

/** How much later events come by the second way. */
export interface Delays {
  /** Events that came both ways. */
  readonly shared: number;
  readonly medianMs: number;
  readonly maxMs: number;
  /** How many of them were later than what distance explains. */
  readonly late: number;
  /** Events between the first and the last shared one that came directly alone. */
  readonly lost: number;
}

/** Later than this is no distance, ms. */
const LATE_MS = 250;
/** Fewer may be alike by chance. */
const MIN_SHARED = 3;

/** Compares the arrivals of the events that both ways had. */
export function measureDelays(
  direct: Observation,
  proxied: Observation,
): Delays | undefined {
  const [one, other] = [listArrivals(direct), listArrivals(proxied)];
  const shared = [...one.keys()].filter((print) => other.has(print));
  const [first] = shared;
  const last = shared.at(-1);
  if (first === undefined || last === undefined) return undefined;
  if (shared.length < MIN_SHARED) return undefined;
  const order = [...one.keys()];
  const span = order.slice(order.indexOf(first), order.indexOf(last) + 1);
  // Each client has a stream of its own, and some events are alike by chance.
  if (shared.length * 2 < span.length) return undefined;
  const delays = shared.map(
    (print) => (other.get(print) ?? 0) - (one.get(print) ?? 0),
  );
  return {
    shared: shared.length,
    medianMs: median(delays) ?? 0,
    maxMs: Math.max(...delays),
    late: delays.filter((ms) => ms > LATE_MS).length,
    lost: span.filter((print) => !other.has(print)).length,
  };
}

/** When each event came, by the clock on the wall; of equal ones none. */
function listArrivals({
  openedAt = 0,
  stream,
}: Observation): Map<string, number> {
  const arrivals = new Map<string, number>();
  const repeated = new Set<string>();
  for (const { print, atMs } of stream?.arrived ?? []) {
    if (arrivals.has(print)) repeated.add(print);
    else arrivals.set(print, openedAt + atMs);
  }
  for (const print of repeated) arrivals.delete(print);
  return arrivals;
}
