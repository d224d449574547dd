// Clients of one stream, in a process of their own. They come back when it ends, as
// programs do: after an error status, too.
import { Agent, createServer, get } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import { createParser } from 'eventsource-parser';

const {
  HOST = '127.0.0.1',
  PORT = '0',
  /** Of the stream; `#` is the client's number, modulo MODULO. */
  TARGET = '',
  CLIENTS = '1',
  MODULO = '1',
  RETRY_MS = '1000',
  /** How long they stay; else as long as they may. */
  STAY_MS,
  /** So many stop reading at `POST /fault`. */
  STOPPING = '0',
  /** Whether they ask for what came after the last event that they had. */
  IS_RESUMING = 'false',
} = process.env;

const agent = new Agent({ keepAlive: false });
let target = TARGET;
/** @type {Map<number, import('node:http').IncomingMessage>} */
const streams = new Map();

const server = createServer((request, response) => {
  if (request.url === '/target') {
    // Where the load balancer leads from now on.
    request.setEncoding('utf8').once('data', (text) => {
      target = text;
      response.end('done\n');
    });
    return;
  }
  if (request.url === '/fault') {
    for (const [number, stream] of streams) {
      if (number < Number(STOPPING)) stream.pause();
    }
  }
  response.end('ok\n');
});
server.listen(Number(PORT), HOST);

for (let number = 0; number < Number(CLIENTS); number++) void live(number);

async function live(/** @type {number} */ number) {
  /** @type {{ number: number, lastEventId?: string }} */
  const client = { number };
  // They do not all come, and go, at once.
  await delay(Math.random() * 1000);
  for (let visits = 0; ; visits++) {
    await stay(client, visits === 0 ? Math.random() : 1);
    await delay(Number(RETRY_MS) * (0.8 + 0.4 * Math.random()));
  }
}

/** Resolves when the stream is over. */
function stay(
  /** @type {{ number: number, lastEventId?: string }} */ client,
  /** @type {number} */ share,
) {
  const { number, lastEventId } = client;
  const url = target.replace('#', String(number % Number(MODULO)));
  return new Promise((resolve) => {
    const request = get(url, {
      agent,
      headers: {
        Accept: 'text/event-stream',
        ...(lastEventId !== undefined && { 'Last-Event-ID': lastEventId }),
      },
    });
    // To be cut off, or refused, is everyday life.
    request.on('error', () => {});
    request.once('close', () => {
      streams.delete(number);
      resolve(undefined);
    });
    request.once('response', (response) => {
      streams.set(number, response);
      response.on('error', () => {});
      if (IS_RESUMING === 'true') noteIds(response, client);
      else response.resume();
      if (STAY_MS === undefined) return;
      const leave = () => response.destroy();
      const timer = setTimeout(leave, Number(STAY_MS) * (0.5 + share / 2));
      request.once('close', () => clearTimeout(timer));
    });
  });
}

function noteIds(
  /** @type {import('node:http').IncomingMessage} */ response,
  /** @type {{ lastEventId?: string }} */ client,
) {
  const parser = createParser({
    onEvent({ id }) {
      if (id !== undefined) client.lastEventId = id;
    },
  });
  response.setEncoding('utf8').on('data', (text) => parser.feed(text));
}
