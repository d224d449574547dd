// What `/status` answers: the figures of now and of the last two minutes.
import { computeFigures, computeHeapGrowth } from './figures.mjs';
import { fetchReading } from './metrics.mjs';

const EVERY_MS = 1000;
const SAMPLES = 120;
/** How far a quantile looks back, in samples. */
const QUANTILE_SAMPLES = 10;

/**
 * Scrapes once a second, however many pages ask.
 *
 * @param {string} metricsUrl
 * @returns `read` gives the JSON text; `stop` ends the scraping.
 */
export function startStatus(metricsUrl) {
  /** @type {import('./metrics.mjs').Reading[]} */
  const readings = [];
  /** @type {object[]} */
  const history = [];
  let text = describe('no figures yet');
  let isBusy = false;

  async function sample() {
    // A scrape that takes longer than the interval leaves one out.
    if (isBusy) return;
    isBusy = true;
    try {
      const reading = await fetchReading(metricsUrl);
      const previous = readings.at(-1);
      readings.push(reading);
      if (readings.length > SAMPLES) readings.shift();
      if (previous === undefined) return;
      history.push({
        ...computeFigures(
          previous,
          reading,
          readings.at(-1 - QUANTILE_SAMPLES) ?? readings[0],
        ),
        heapGrowthBytesPerSecond: computeHeapGrowth(readings),
      });
      if (history.length > SAMPLES) history.shift();
      text = describe();
    } catch (error) {
      text = describe(/** @type {Error} */ (error).message);
    } finally {
      isBusy = false;
    }
  }

  /** @param {string} [problem] */
  function describe(problem) {
    const now = problem === undefined ? history.at(-1) : undefined;
    return JSON.stringify(
      { problem, metricsUrl, samples: SAMPLES, now, history },
      (_, value) =>
        typeof value === 'number' ? Math.round(value * 1000) / 1000 : value,
    );
  }

  const timer = setInterval(sample, EVERY_MS);
  return {
    read: () => text,
    stop: () => clearInterval(timer),
  };
}
