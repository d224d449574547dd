// Prices come from one producer, and each room has its own. Once the first dies and
// those of half of the rooms do, their streams stay open and get nothing, not even a
// heartbeat.
import { openStream, repeat, startApplication } from './application.mjs';

const ROOMS = 10;
const prices = startProducer();
const rooms = Array.from({ length: ROOMS }, startProducer);

startApplication(
  {
    prices: (_, response) => prices.serve(response),
    rooms({ url = '' }, response) {
      const room = rooms[Number(url.split('/')[2])];
      if (room === undefined) response.writeHead(404).end();
      else room.serve(response);
    },
  },
  () => {
    prices.die();
    for (const room of rooms.slice(ROOMS / 2)) room.die();
  },
);

function startProducer() {
  /** @type {Set<import('./application.mjs').Response>} */
  const streams = new Set();
  let count = 0;
  const timer = repeat(250, () => {
    count += 1;
    const heartbeat = count % 4 === 0 ? ': heartbeat\n\n' : '';
    for (const stream of streams) {
      stream.write(`data: ${count}\n\n${heartbeat}`);
    }
  });
  return {
    serve(/** @type {import('./application.mjs').Response} */ response) {
      openStream(response);
      response.write(`data: ${count}\n\n`);
      streams.add(response);
      response.once('close', () => streams.delete(response));
    },
    die: () => clearInterval(timer),
  };
}
