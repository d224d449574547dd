// Keeps a list of its streams. Once it forgets to strike out those that closed, it
// writes to them for ever.
import { openStream, repeat, startApplication } from './application.mjs';

/** @type {Set<import('./application.mjs').Response>} */
const streams = new Set();
let isForgetful = false;
let count = 0;

repeat(500, () => {
  count += 1;
  for (const stream of streams) stream.write(`data: ${count}\n\n`);
});

startApplication(
  {
    news(_, response) {
      openStream(response);
      response.write(`data: ${count}\n\n`);
      streams.add(response);
      response.once('close', () => {
        if (!isForgetful) streams.delete(response);
      });
    },
  },
  () => {
    isForgetful = true;
  },
);
