// An application in CommonJS that answers in the ways that applications do, and
// its clients. Prints what was counted, and the requests that the agent saw.
const { once } = require('node:events');
const http = require('node:http');
const http2 = require('node:http2');
const { connect } = require('node:net');
const { Readable } = require('node:stream');
const { setTimeout: delay } = require('node:timers/promises');
const express = require('express');
const { isTraced } = require('./agents.cjs');

const { OTEL_EXPORTER_PROMETHEUS_PORT } = process.env;
const METRICS = `http://localhost:${OTEL_EXPORTER_PROMETHEUS_PORT}/metrics`;
const SSE = {
  'Content-Type': 'text/event-stream',
  'Cache-Control': 'no-cache',
};
/** More than the kernel keeps for a client that does not read. */
const BIG = `data: ${'x'.repeat(16 * 1024 * 1024)}\n\n`;
let traced = 0;

const app = express();
app.get('/express/:id/events', (_request, response) => {
  response.set(SSE);
  response.flushHeaders();
  response.write('event: hello\ndata: 1\n\n');
  response.write(': heartbeat\n\n');
  response.end('event: bye\ndata: 2\n\n');
});

const HANDLERS = {
  '/json': (response) => {
    response.setHeader('Content-Type', 'application/json');
    response.end('{}');
  },
  '/full': (response) => response.writeHead(503).end('full'),
  '/write': (response) => {
    response.setHeader('Content-Type', 'text/event-stream');
    response.write('event: tick\ndata: 1\n\n');
    response.write('data: 2\n\n');
    response.end('data: 3\n\n');
  },
  '/pipe': (response) => {
    response.setHeader('Content-Type', 'text/event-stream');
    Readable.from(['data: 1\n\n', 'data: 2\n', '\ndata: 3\n\n']).pipe(response);
  },
  '/head': (response) => {
    response.writeHead(200, SSE);
    response.write('data: 1\n\n');
    response.end();
  },
  '/stay': (response) => {
    response.writeHead(200, 'Fine', SSE);
    response.write('data: 1\n\n');
  },
  '/destroy': (response) => {
    response.writeHead(200, SSE);
    response.write('data: 1\n\n', () => response.destroy());
  },
  '/slow': (response) => {
    response.writeHead(200, SSE);
    response.write(BIG);
    response.write('data: 2\n\n');
    response.once('drain', () => response.end('data: 3\n\n'));
  },
};

function handle(request, response) {
  if (isTraced()) traced++;
  const answer = HANDLERS[request.url];
  if (answer === undefined) app(request, response);
  else answer(response);
}

/** Sends a request and reads until the connection is closed. */
async function ask(port, path, { leaves = false, waits = false } = {}) {
  const socket = connect(port, '127.0.0.1');
  await once(socket, 'connect');
  const accept = path === '/json' ? '*/*' : 'text/event-stream';
  socket.write(
    `GET ${path} HTTP/1.1\r\nHost: a\r\nAccept: ${accept}\r\n` +
      'Connection: close\r\n\r\n',
  );
  const closed = once(socket, 'close');
  socket.on('error', () => {});
  if (waits) {
    socket.pause();
    // Long enough for the server to have written all that it can.
    await delay(100);
  }
  socket.on('data', (chunk) => {
    if (leaves && chunk.includes('data: 1')) socket.destroy();
  });
  socket.resume();
  await closed;
}

async function askHttp2(port) {
  const session = http2.connect(`http://127.0.0.1:${port}`);
  const stream = session.request({ ':path': '/write' });
  stream.resume();
  await once(stream, 'close');
  session.close();
  await once(session, 'close');
}

const NAMES =
  /^sse_server_(opened|closed|failed|active|sent_events|sent_comments|content_size|writes|late|eventless|protocol|connection_duration\w*_count|connection_open\w*_count|time_to_first\w*_count|event_size\w*_count)/;

async function scrape() {
  const text = await (await fetch(METRICS)).text();
  const lines = text.split('\n').filter((line) => NAMES.test(line));
  const counts = lines
    .map((line) => line.replaceAll(/otel_scope_\w+="[^"]*",?/g, ''))
    .map((line) => line.split(/ (?=\d+$)/))
    .filter(([, count]) => count !== '0');
  return Object.fromEntries(counts.sort());
}

/** A scrape with no stream left open. */
async function scrapeClosed() {
  for (;;) {
    const counts = await scrape();
    const isOpen = Object.keys(counts).some((name) =>
      name.startsWith('sse_server_active'),
    );
    if (!isOpen) return counts;
    await delay(20);
  }
}

async function main() {
  const server = http.createServer(handle).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address();
  const other = http2.createServer(handle).listen(0, '127.0.0.1');
  await once(other, 'listening');
  for (let i = 0; i < 20; i++) await ask(port, '/json');
  for (let i = 0; i < 3; i++) {
    for (const path of ['/full', '/write', '/pipe', '/head', '/destroy']) {
      await ask(port, path);
    }
    await ask(port, `/express/${i}/events`);
    await ask(port, '/stay', { leaves: true });
    await askHttp2(other.address().port);
  }
  await ask(port, '/slow', { waits: true });
  const counts = await scrapeClosed();
  process.stdout.write(`${JSON.stringify({ traced, counts })}\n`);
  // An agent may keep the process.
  process.exit(0);
}

void main();
