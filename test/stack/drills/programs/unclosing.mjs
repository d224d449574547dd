// Reads a file for each event, and closes it. Once it does not, it runs out of
// descriptors: what it tries to open fails, and whoever comes is cut off.
import { closeSync, openSync } from 'node:fs';
import { devNull } from 'node:os';
import { openStream, repeat, startApplication } from './application.mjs';

/** @type {Set<import('./application.mjs').Response>} */
const streams = new Set();
let isClosing = true;
let count = 0;

repeat(250, () => {
  count += 1;
  for (const stream of streams) stream.write(`data: ${count}\n\n`);
  try {
    const descriptor = openSync(devNull, 'r');
    if (isClosing) closeSync(descriptor);
  } catch (error) {
    console.error(String(error));
  }
});

startApplication(
  {
    news(_, response) {
      openStream(response);
      response.write(`data: ${count}\n\n`);
      streams.add(response);
      response.once('close', () => streams.delete(response));
    },
  },
  () => {
    isClosing = false;
  },
);
