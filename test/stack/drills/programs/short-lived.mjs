// Ends each stream after its time, an hour. Once the hour is taken for a second,
// everybody comes back each second.
import { openStream, repeat, startApplication } from './application.mjs';

/** @type {Map<import('./application.mjs').Response, number>} */
const openedAt = new Map();
let lifetimeMs = 3_600_000;
let count = 0;

repeat(500, () => {
  count += 1;
  const now = performance.now();
  for (const [stream, opened] of openedAt) {
    if (now - opened > lifetimeMs) stream.end();
    else stream.write(`data: ${count}\n\n`);
  }
});

startApplication(
  {
    news(_, response) {
      openStream(response);
      response.write(`data: ${count}\n\n`);
      openedAt.set(response, performance.now());
      response.once('close', () => openedAt.delete(response));
    },
  },
  () => {
    lifetimeMs = 1000;
  },
);
