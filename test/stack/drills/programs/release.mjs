// Two releases. The second has ids, so that clients can come back for what they
// missed; what it tells them of a snapshot fails, and so does the coming back.
import { openStream, repeat, startApplication } from './application.mjs';

const isBad = process.env.RELEASE === '2';
/** @type {Set<import('./application.mjs').Response>} */
const streams = new Set();
let count = 0;

repeat(500, () => {
  count += 1;
  for (const stream of streams) stream.write(describe());
});
if (isBad) {
  repeat(6000, () => {
    const error = new TypeError('a snapshot has no figures');
    for (const stream of streams) stream.destroy(error);
  });
}

startApplication(
  {
    news({ headers }, response) {
      if (headers['last-event-id'] !== undefined) {
        response.writeHead(500).end('no history\n');
        return;
      }
      openStream(response);
      response.write(describe());
      streams.add(response);
      response.once('close', () => streams.delete(response));
    },
  },
  // Its start is.
  () => {},
);

function describe() {
  return `${isBad ? `id: ${count}\n` : ''}data: ${count}\n\n`;
}
