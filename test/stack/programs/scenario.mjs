// An application in which everything happens that can happen to an event stream:
// beside the stream of quick-start a route for each.
import { createServer } from 'node:http';
import { reportDropped, reportReplay } from 'opentelemetry-instrumentation-sse';
import { startFeed } from '../../../examples/quick-start/feed.mjs';

/** @typedef {import('node:http').IncomingMessage} Request */
/** @typedef {import('node:http').ServerResponse} Response */

const { HOST = '127.0.0.1', PORT = '0' } = process.env;
const STREAM = { 'content-type': 'text/event-stream' };
const FRESH = { ...STREAM, 'cache-control': 'no-cache' };
const JOB_EVENTS = 10;
const MEGABYTE = `event: blob\ndata: ${'x'.repeat(1e6)}\n\n`;
/** More than the kernel takes on the way through nginx. */
const MEGABYTES = 24;
const feed = startFeed();

/** @type {Record<string, (request: Request, response: Response, url: URL) => void>} */
const routes = {
  health: (_, response) => void response.end('ok\n'),
  events: feed.connect,
  // Ends with `done`, or cut; a client that resumes gets the rest at once.
  jobs(request, response, url) {
    const lastEventId = Number(request.headers['last-event-id'] ?? 0);
    const ending = url.searchParams.has('cut')
      ? ''
      : 'event: done\ndata: 1\n\n';
    response.writeHead(200, FRESH);
    response.write(': started\n\n');
    if (lastEventId > 0) {
      const events = JOB_EVENTS - lastEventId;
      reportReplay(response, { events, complete: true });
      response.end(describeSteps(lastEventId + 1, JOB_EVENTS) + ending);
      return;
    }
    let step = 0;
    const timer = setInterval(() => {
      step += 1;
      response.write(describeSteps(step, step));
      if (step === JOB_EVENTS) response.end(ending);
    }, 20);
    response.once('close', () => clearInterval(timer));
  },
  // The first event comes late.
  patient(_, response) {
    response.writeHead(200, FRESH);
    response.flushHeaders();
    setTimeout(() => response.end('data: at last\n\n'), 1500);
  },
  // Ignores that write() returned false.
  firehose(_, response) {
    response.writeHead(200, FRESH);
    for (let sent = 0; sent < MEGABYTES; sent++) response.write(MEGABYTE);
    reportDropped(response, 2, 'buffer_full');
    response.once('close', () => reportDropped(response, 1, 'client_gone'));
  },
  silent(_, response) {
    response.writeHead(200, FRESH);
    response.write(': hello\n\n');
  },
  // Keeps writing to clients that left.
  forgetful(_, response) {
    response.writeHead(200, FRESH);
    response.on('error', () => {});
    response.write('data: hello\n\n');
    response.once('close', () => response.write('data: hello?\n\n'));
  },
  sloppy(_, response) {
    response.writeHead(201, STREAM);
    response.write('colour: red\nretry: soon\nid: a\0b\nevent: empty\n\n');
    response.end(Buffer.from('data: \xff\n\ndata: unfinished', 'latin1'));
  },
  broken(_, response) {
    response.on('error', () => {});
    response.writeHead(200, FRESH);
    const fail = () => void response.destroy(new RangeError('broken'));
    response.write('data: 1\n\n', fail);
  },
  closed(_, response) {
    response.writeHead(200, FRESH);
    response.write('data: 1\n\n', () => void response.destroy());
  },
  idle(request, response) {
    response.writeHead(200, FRESH);
    response.write('data: 1\n\n');
    request.socket.setTimeout(300);
  },
  failing(_, response, url) {
    response.statusCode = Number(url.searchParams.get('status'));
    response.end('no\n');
  },
  // Never answers.
  mute() {},
};

const server = createServer((request, response) => {
  const url = new URL(request.url ?? '/', 'http://localhost');
  const route = routes[url.pathname.split('/')[1] ?? ''];
  if (route !== undefined) route(request, response, url);
  else response.writeHead(404).end();
});
server.listen(Number(PORT), HOST, () => {
  console.log(`listening on ${PORT}`);
});

process.once('SIGTERM', () => {
  feed.stop();
  server.close();
  server.closeAllConnections();
});

function describeSteps(/** @type {number} */ from, /** @type {number} */ to) {
  let text = '';
  for (let step = from; step <= to; step++) {
    text += `id: ${step}\nevent: progress\ndata: ${step}\n\n`;
  }
  return text;
}
