// Keeps the last events of each stream. Once it keeps all of them, the heap grows by
// more than a megabyte per second, for as many streams as before.
import { openStream, repeat, startApplication } from './application.mjs';

const KEPT = 10;
const GROWTH_BYTES_PER_SECOND = 1_200_000;
const TICK_MS = 250;

/** @type {Map<import('./application.mjs').Response, unknown[]>} */
const histories = new Map();
let isHoarding = false;
let count = 0;

repeat(TICK_MS, () => {
  count += 1;
  const bytes = (GROWTH_BYTES_PER_SECOND * TICK_MS) / 1000 / histories.size;
  for (const [stream, history] of histories) {
    stream.write(`data: ${count}\n\n`);
    // An array of numbers lies in the heap of V8; a long string may not.
    history.push(isHoarding ? createDetails(bytes / 8) : count);
    if (!isHoarding && history.length > KEPT) history.shift();
  }
});

startApplication(
  {
    news(_, response) {
      openStream(response);
      response.write(`data: ${count}\n\n`);
      histories.set(response, []);
      response.once('close', () => histories.delete(response));
    },
  },
  () => {
    isHoarding = true;
  },
);

function createDetails(/** @type {number} */ length) {
  return Array.from({ length }, () => Math.random());
}
