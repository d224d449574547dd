// The server under test. Its parent says what to do and gets figures back; the
// variant says what counts: nothing, the hook (preloaded), or instruments that
// are called for each event.
import { createServer } from 'node:http';
import { setImmediate as turn } from 'node:timers/promises';
import { createGzip } from 'node:zlib';
import { countEvent } from './counting.mjs';
import { settleHeap } from './heap.mjs';
import { obey, tellStarted } from './parent.mjs';
import { reader } from './reader.mjs';

const HEADERS = {
  'Content-Type': 'text/event-stream',
  'Cache-Control': 'no-cache',
};
const JSON_BODY = JSON.stringify({ id: 7, name: 'a plain answer', tags: [] });
/** Open streams: what an event is written to, and its route. */
const streams = new Set();

const routes = {
  /** A stream that stays open. */
  events(response, route) {
    response.writeHead(200, HEADERS);
    response.write(': open\n\n');
    hold(response, response, route);
  },
  /** The same, compressed by hand. */
  gzip(response, route) {
    response.setHeader('Content-Encoding', 'gzip');
    for (const [name, value] of Object.entries(HEADERS)) {
      response.setHeader(name, value);
    }
    const gzip = createGzip({ flush: 2, level: 1, memLevel: 1, windowBits: 9 });
    gzip.pipe(response);
    gzip.write(': open\n\n');
    hold(response, gzip, route);
  },
  /** 200 small events, one a turn of the loop, as a language model streams. */
  async tokens(response, route) {
    response.writeHead(200, HEADERS);
    for (let token = 0; token < 200; token++) {
      response.write(`data: {"token":"word ${token}"}\n\n`);
      countEvent(route, 30);
      await turn();
    }
    response.end('data: [DONE]\n\n');
  },
  json(response) {
    response.setHeader('Content-Type', 'application/json');
    response.setHeader('Content-Length', JSON_BODY.length);
    response.end(JSON_BODY);
  },
};

function hold(response, target, route) {
  const stream = { response, target, route };
  streams.add(stream);
  response.on('close', () => {
    streams.delete(stream);
    if (target !== response) target.destroy();
  });
}

const server = createServer((request, response) => {
  const [, kind] = request.url.split('/');
  routes[kind](response, request.url);
});

/** An event of 120 bytes. */
function eventOf(number) {
  const head = `event: tick\nid: ${number}\ndata: `;
  return `${head.padEnd(118, 'x')}\n\n`;
}

let number = 0;
let marked = process.cpuUsage();

const commands = {
  /** Writes events to every stream. @returns microseconds of CPU. */
  async broadcast({ events, stamped }) {
    const start = process.cpuUsage();
    for (let event = 0; event < events; event++) {
      const chunk = stamped
        ? `data: ${process.hrtime.bigint()}\n\n`
        : eventOf(number++);
      for (const { target, route } of streams) {
        target.write(chunk);
        countEvent(route, chunk.length);
      }
      await turn();
    }
    return sum(process.cpuUsage(start));
  },
  mark() {
    marked = process.cpuUsage();
  },
  /** @returns microseconds of CPU since the mark. */
  used: () => sum(process.cpuUsage(marked)),
  /** @returns how long collections took, and the longest pauses, in ms. */
  async collect({ times }) {
    const took = [];
    const pauses = [];
    for (let time = 0; time < times; time++) {
      const stop = watchPauses();
      await turn();
      const start = performance.now();
      await reader.collect();
      took.push(performance.now() - start);
      await turn();
      pauses.push(stop());
    }
    return { took, pauses };
  },
  /** @returns bytes of heap, once everything is settled. */
  async heap() {
    await settleHeap();
    return process.memoryUsage().heapUsed;
  },
};

/** @returns what ends it, and gives the longest turn of the loop in ms. */
function watchPauses() {
  let longest = 0;
  let last = performance.now();
  let isOver = false;
  const look = () => {
    const now = performance.now();
    longest = Math.max(longest, now - last);
    last = now;
    if (!isOver) setImmediate(look);
  };
  setImmediate(look);
  return () => {
    isOver = true;
    return longest;
  };
}

function sum({ user, system }) {
  return user + system;
}

obey(commands);
server.listen(0, '127.0.0.1', 4096, async () => {
  await age();
  tellStarted(server.address().port);
});

/**
 * V8 forgets the shapes of what is collected, and compiles worse what has seen many
 * of them: `process.nextTick` takes a microsecond more in a process that has lived
 * a while, whatever is in it. Both are compared as they are for most of their life.
 */
async function age() {
  for (let round = 0; round < 20; round++) {
    process.nextTick(() => {});
    process.nextTick(() => {}, round);
    await turn();
    globalThis.gc();
  }
}
