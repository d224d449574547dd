// From readings to figures, the way PromQL does it.

/** @typedef {import('./metrics.mjs').Reading} Reading */

/**
 * `undefined`: there was nothing to measure in between.
 *
 * @typedef {object} Figures
 * @property {number} active
 * @property {number} clients
 * @property {number} openedPerSecond
 * @property {number} closedPerSecond
 * @property {number} eventsPerSecond
 * @property {number} bytesPerSecond
 * @property {number | undefined} firstEventP95Seconds
 * @property {number} queueBytes
 * @property {number} blocked
 * @property {number} heapBytes
 */

/**
 * @param {Reading} earlier
 * @param {Reading} later
 * @param {Reading} [quantileSince] - a few connections a second are too few for
 * a quantile; it may look back further than the rates.
 * @returns {Figures}
 */
export function computeFigures(earlier, later, quantileSince = earlier) {
  const rate = (/** @type {'opened' | 'closed' | 'events' | 'bytes'} */ key) =>
    (increase(earlier[key], later[key]) / (later.atMs - earlier.atMs)) * 1000;
  return {
    active: later.active,
    clients: later.clients,
    openedPerSecond: rate('opened'),
    closedPerSecond: rate('closed'),
    eventsPerSecond: rate('events'),
    bytesPerSecond: rate('bytes'),
    firstEventP95Seconds: computeQuantile(
      0.95,
      increaseOfBuckets(quantileSince.firstEvent, later.firstEvent),
    ),
    queueBytes: later.queueBytes,
    blocked: later.blocked,
    heapBytes: later.heapBytes,
  };
}

/** A counter that went down began again at 0. */
function increase(/** @type {number} */ from, /** @type {number} */ to) {
  return to < from ? to : to - from;
}

/**
 * @param {Map<number, number>} from
 * @param {Map<number, number>} to
 */
function increaseOfBuckets(from, to) {
  return new Map(
    [...to].map(([le, count]) => [le, increase(from.get(le) ?? 0, count)]),
  );
}

/**
 * `histogram_quantile` of PromQL: linear inside the bucket that the rank falls
 * into; from 0 in the first one; the last bound when it is beyond that.
 *
 * @param {number} quantile
 * @param {Map<number, number>} buckets - cumulative counts by upper bound.
 */
export function computeQuantile(quantile, buckets) {
  const sorted = [...buckets].sort(([a], [b]) => a - b);
  const rank = quantile * (sorted.at(-1)?.[1] ?? 0);
  if (rank === 0) return undefined;
  let lower = 0;
  let below = 0;
  for (const [upper, count] of sorted) {
    if (count >= rank) {
      if (upper === Infinity) return lower;
      return lower + ((upper - lower) * (rank - below)) / (count - below);
    }
    lower = upper;
    below = count;
  }
  return undefined;
}

/**
 * `deriv` of PromQL: slope of the straight line through the heap sizes. Unlike
 * last minus first, one garbage collection does not decide it.
 *
 * @param {readonly Reading[]} readings
 * @returns {number | undefined} bytes a second; of ten readings at least.
 */
export function computeHeapGrowth(readings) {
  if (readings.length < 10) return undefined;
  const mean = (/** @type {(reading: Reading) => number} */ pick) =>
    readings.reduce((sum, reading) => sum + pick(reading), 0) / readings.length;
  const time = mean(({ atMs }) => atMs);
  const heap = mean(({ heapBytes }) => heapBytes);
  const covariance = mean((r) => (r.atMs - time) * (r.heapBytes - heap));
  return (covariance / mean((r) => (r.atMs - time) ** 2)) * 1000;
}
