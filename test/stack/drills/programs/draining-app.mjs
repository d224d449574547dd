// A healthy server of event streams, which drains: at SIGTERM it stops listening, tells
// each client when to come back, and ends the streams one after the other.
import { createServer } from 'node:http';

const {
  HOST = '127.0.0.1',
  PORT = '0',
  DRAIN_MS = '10000',
  RETRY_MS = '3000',
  TICK_MS = '500',
  HEARTBEAT_MS = '15000',
} = process.env;
const HEADERS = {
  'content-type': 'text/event-stream',
  'cache-control': 'no-cache',
};
/** @type {Set<import('node:http').ServerResponse>} */
const streams = new Set();
let ticks = 0;

const server = createServer((request, response) => {
  const path = request.url?.split('?')[0];
  if (path === '/health') {
    response.end('ok\n');
  } else if (path === '/events') {
    response.writeHead(200, HEADERS);
    response.write(`retry: ${RETRY_MS}\n\n`);
    streams.add(response);
    response.once('close', () => streams.delete(response));
  } else if (path === '/completions') {
    answer(response);
  } else {
    response.writeHead(404).end();
  }
});
server.listen(Number(PORT), HOST);

const timers = [
  setInterval(() => {
    ticks += 1;
    broadcast(`id: ${ticks}\nevent: tick\ndata: ${ticks}\n\n`);
  }, Number(TICK_MS)),
  setInterval(broadcast, Number(HEARTBEAT_MS), ': heartbeat\n\n'),
];

process.once('SIGTERM', () => {
  for (const timer of timers) clearInterval(timer);
  server.close();
  const leaving = [...streams];
  for (const [index, stream] of leaving.entries()) {
    const after = (Number(DRAIN_MS) * (index + 1)) / leaving.length;
    setTimeout(sayGoodbye, after, stream);
  }
  // What is kept alive for the next request is not waited for.
  setTimeout(() => server.closeAllConnections(), Number(DRAIN_MS) + 500);
});

/** Not all at once when they come back. */
function sayGoodbye(/** @type {import('node:http').ServerResponse} */ stream) {
  const retry = Math.round(Number(RETRY_MS) * (0.5 + Math.random()));
  stream.end(`retry: ${retry}\nevent: bye\ndata: ${ticks}\n\n`);
}

/** @param {string} text */
function broadcast(text) {
  for (const stream of streams) {
    if (!stream.writableNeedDrain) stream.write(text);
  }
}

/** A short answer, as of a language model. */
function answer(/** @type {import('node:http').ServerResponse} */ response) {
  response.writeHead(200, HEADERS);
  let words = 0;
  const timer = setInterval(() => {
    words += 1;
    if (words < 20) response.write(`data: ${words}\n\n`);
    else response.end('data: [DONE]\n\n');
  }, 50);
  response.once('close', () => clearInterval(timer));
}
