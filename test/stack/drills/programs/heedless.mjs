// Writes whatever write() returns: that is no fault while everybody reads. Most events
// are small, so that nothing is to be said of their size.
import { openStream, repeat, startApplication } from './application.mjs';

const TICKS = 'event: tick\ndata: 1\n\n'.repeat(30);
const SNAPSHOT = `event: snapshot\ndata: ${'x'.repeat(300_000)}\n\n`;
/** Made once: queues hold it together, so that the drill needs no memory. */
const CHUNK = Buffer.from(TICKS + SNAPSHOT);

/** A few streams at a time: all at once would be a slow write on a busy machine. */
const GROUPS = 10;

/** @type {Map<import('./application.mjs').Response, number>} */
const groupOf = new Map();
let visitors = 0;
let turn = 0;

repeat(500 / GROUPS, () => {
  turn = (turn + 1) % GROUPS;
  for (const [stream, group] of groupOf) {
    if (group === turn) stream.write(CHUNK);
  }
});

startApplication(
  {
    market(_, response) {
      openStream(response);
      response.write(': hello\n\n');
      visitors += 1;
      groupOf.set(response, visitors % GROUPS);
      response.once('close', () => groupOf.delete(response));
    },
  },
  // Its clients do.
  () => {},
);
