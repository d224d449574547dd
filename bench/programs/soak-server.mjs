// The server of the soak: streams of four routes, an event to all of them now and then.
// Nothing in it knows that it is measured.
import { subscribe } from 'node:diagnostics_channel';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { setImmediate as turn } from 'node:timers/promises';
import { settleHeap } from './heap.mjs';
import { obey, tellStarted } from './parent.mjs';

const BROADCAST_MS = 5000;
/** So many writes a turn: who opens a stream meanwhile does not wait for all. */
const SLICE = 500;
const HEADERS = {
  'Content-Type': 'text/event-stream',
  'Cache-Control': 'no-cache',
};
const eventOf = (size) => `event: part\ndata: ${'x'.repeat(size)}\n\n`;
/** More than a client takes that reads once, and less than the kernel does. */
const REPORT = eventOf(20_000);
/** More than the kernel takes for a client that does not read. */
const EXPORT = Buffer.from(eventOf(8_000_000));

const streams = new Set();
/** Those that end when they are told to, by their number. */
const answers = new Map();

const routes = {
  events: () => {},
  reports: (response) => response.write(REPORT),
  exports: (response) => response.write(EXPORT),
  answers(response, id) {
    answers.set(id, response);
    response.on('close', () => answers.delete(id));
  },
};

function answer(request, response) {
  const [, route, id] = request.url.split('/');
  if (request.method === 'DELETE') {
    answers.get(id)?.end('event: done\ndata: {}\n\n');
    response.writeHead(204).end();
    return;
  }
  response.writeHead(200, HEADERS);
  response.write('event: open\ndata: {}\n\n');
  streams.add(response);
  response.on('close', () => streams.delete(response));
  routes[route](response, id);
}

let broadcasts = 0;

/** One event to every stream. */
async function broadcast({ size = 90 } = {}) {
  const data = 'x'.repeat(size);
  const event = `event: tick\nid: ${++broadcasts}\ndata: ${data}\n\n`;
  let written = 0;
  for (const response of streams) {
    response.write(event);
    if (++written % SLICE === 0) await turn();
  }
}

/** How long scrapes took here, in ms: from the request to the last byte. */
const collections = [];
const asked = new WeakMap();
subscribe('http.server.request.start', ({ request }) => {
  if (request.url === '/metrics') asked.set(request, performance.now());
});
subscribe('http.server.response.finish', ({ request }) => {
  const start = asked.get(request);
  if (start !== undefined) collections.push(performance.now() - start);
});

obey({
  /** Listens at so many loopback addresses. @returns hosts and ports. */
  async listen({ addresses }) {
    const hosts = Array.from(
      { length: addresses },
      (_, n) => `127.0.0.${n + 1}`,
    );
    return Promise.all(
      hosts.map(async (host) => {
        const server = createServer(answer).listen(0, host, 4096);
        await once(server, 'listening');
        return { host, port: server.address().port };
      }),
    );
  },
  /** @returns what this process uses when all that can be collected is. */
  async usage() {
    await settleHeap();
    const { heapUsed, external, rss } = process.memoryUsage();
    // To read the list takes one.
    const descriptors = readdirSync('/proc/self/fd').length - 1;
    return { heap: heapUsed + external, rss, descriptors };
  },
  collections: () => collections.splice(0),
  broadcast,
});
setInterval(broadcast, BROADCAST_MS);

// Node has raised the soft limit to the hard one.
const limits = readFileSync('/proc/self/limits', 'utf8');
tellStarted(Number(/^Max open files\s+(\d+)/m.exec(limits)?.[1]));
