import { setTimeout as delay } from 'node:timers/promises';
import { styleText } from 'node:util';
import { computeFigures } from './figures.mjs';
import { fetchReading } from './metrics.mjs';
import { formatBytes, formatRate, formatSeconds } from './page/format.js';

const EVERY_MS = 3000;
/** The metrics' port opens a moment after the server's: no reason to complain. */
const STARTING_MS = 3000;
/** Rows between two headers, so that one is always on the screen. */
const ROWS = 15;

/** @typedef {import('./figures.mjs').Figures} Figures */

/**
 * Title, width, cell. With a blank between two, 78 characters in all: a line
 * of exactly 80 wraps on some terminals.
 *
 * @type {[string, number, (figures: Figures) => string][]}
 */
const COLUMNS = [
  ['time', 8, () => new Date().toTimeString().slice(0, 8)],
  ['active', 6, (figures) => String(figures.active)],
  ['open/s', 6, (figures) => formatRate(figures.openedPerSecond)],
  ['close/s', 7, (figures) => formatRate(figures.closedPerSecond)],
  ['events/s', 8, (figures) => formatRate(figures.eventsPerSecond)],
  ['bytes/s', 8, (figures) => formatBytes(figures.bytesPerSecond)],
  ['p95 first', 9, (figures) => formatSeconds(figures.firstEventP95Seconds)],
  ['queue', 9, (figures) => formatBytes(figures.queueBytes)],
  ['heap', 9, (figures) => formatBytes(figures.heapBytes)],
];

/**
 * Prints a row every three seconds from the server's own /metrics, until the
 * signal aborts.
 *
 * @param {string} metricsUrl
 * @param {AbortSignal} signal
 */
export async function printTable(metricsUrl, signal) {
  /** @type {import('./metrics.mjs').Reading | undefined} */
  let earlier;
  let rows = 0;
  const startingUntil = performance.now() + STARTING_MS;
  while (!signal.aborted) {
    try {
      const later = await fetchReading(metricsUrl);
      if (earlier !== undefined && !signal.aborted) {
        if (rows++ % ROWS === 0) printHeader();
        console.log(formatRow(computeFigures(earlier, later)));
      }
      earlier = later;
    } catch (error) {
      if (signal.aborted) return;
      if (earlier !== undefined || performance.now() > startingUntil) {
        console.log(/** @type {Error} */ (error).message);
      }
    }
    const isStarting =
      earlier === undefined && performance.now() < startingUntil;
    // Aborted, it rejects: the loop's condition says the same.
    await delay(isStarting ? 100 : EVERY_MS, undefined, { signal }).catch(
      () => {},
    );
  }
}

/** @param {Figures} figures */
function formatRow(figures) {
  return COLUMNS.map(([, width, cell]) => cell(figures).padStart(width)).join(
    ' ',
  );
}

function printHeader() {
  const titles = COLUMNS.map(([title, width]) => title.padStart(width));
  // Bold on a terminal only, and not with NO_COLOR.
  console.log(styleText('bold', titles.join(' '), { stream: process.stdout }));
}
