/** How much faster time passes in a drill, and what it cannot make faster. */

/** So many seconds of real life pass in one of a drill. */
export const FACTOR = 20;

/** An application exports, and Prometheus scrapes and evaluates: 15 s in real life. */
export const INTERVAL_MS = 1000;

/** What the Collector gathers for: 1 s in real life. */
export const BATCH_MS = 100;

/** What is not as fast as the rest: lines for the readers of the figures. */
export const FLOORS: readonly string[] = [
  'Exports, scrapes and evaluations are each 1 s; by the factor 15 s are 750 ms.',
  'A process takes a second to start, which is 20 s of real life.',
  'Histograms have bounds in real seconds: thresholds on latency are as shipped.',
  'Rates and growth are per real second, counts are counts: neither is divided.',
  'The longest queue and the delay of the loop are of the last 30 to 60 s.',
  'Garbage is collected at its own pace, from a young generation of 1 MB.',
];

const UNITS = {
  ms: 1,
  s: 1000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 604_800_000,
  y: 31_536_000_000,
} as const;
const PART = /(\d+)(ms|[smhdwy])/g;

/** @returns milliseconds of a duration as PromQL and Alertmanager write it. */
export function parseDuration(text: string): number {
  const parts = [...text.matchAll(PART)];
  if (parts.length === 0 || parts.map(([part]) => part).join('') !== text) {
    throw new Error(`${text} is no duration`);
  }
  return parts.reduce(
    (sum, [, count, unit]) =>
      sum + Number(count) * UNITS[unit as keyof typeof UNITS],
    0,
  );
}

/** A duration divided by {@link FACTOR}. @throws Error when a millisecond is cut. */
export function divideDuration(text: string): string {
  const milliseconds = parseDuration(text) / FACTOR;
  if (!Number.isInteger(milliseconds)) {
    throw new Error(`${text} cannot be divided by ${FACTOR}`);
  }
  const isWhole = milliseconds % 1000 === 0;
  return isWhole ? `${milliseconds / 1000}s` : `${milliseconds}ms`;
}
