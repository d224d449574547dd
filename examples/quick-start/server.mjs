// A plain event-stream server. Nothing in it knows that it is measured: the
// flag `--import opentelemetry-instrumentation-sse/register` does that.
import { createServer } from 'node:http';
import { startFeed } from './feed.mjs';
import { readPage } from './page-files.mjs';
import { startStatus } from './status.mjs';

const {
  HOST = '127.0.0.1',
  PORT = '8080',
  METRICS_URL = 'http://localhost:9464/metrics',
  // A Collector that takes what the page measures, such as http://localhost:4318.
  BROWSER_OTLP_URL = '',
} = process.env;
const otlpUrl = BROWSER_OTLP_URL && new URL(BROWSER_OTLP_URL).origin;
const page = await readPage(otlpUrl);
const feed = startFeed();
const status = startStatus(METRICS_URL);

const server = createServer((request, response) => {
  const path = request.url?.split('?')[0] ?? '/';
  const readFile = page.find(path);
  if (request.method !== 'GET') {
    send(response, 405, 'text/plain', 'GET only\n', { Allow: 'GET' });
  } else if (path === '/events') {
    feed.connect(request, response);
  } else if (path === '/status') {
    send(response, 200, 'application/json', status.read());
  } else if (path === '/health') {
    send(response, 200, 'text/plain', 'ok\n');
  } else if (readFile !== undefined) {
    readFile().then(
      ({ type, body }) => send(response, 200, type, body),
      () => send(response, 500, 'text/plain', 'not readable\n'),
    );
  } else {
    send(response, 404, 'text/plain', 'not found\n');
  }
});

server.listen(Number(PORT), HOST, () => {
  // A parent that started this file waits for the word; a person reads it.
  if (process.send) process.send('listening', (error) => error && stop());
  else
    console.log(`http://${HOST.includes(':') ? `[${HOST}]` : HOST}:${PORT}/`);
});

/** Nothing that still runs or listens is left, so that the process ends. */
function stop() {
  feed.stop();
  status.stop();
  server.close();
  server.closeAllConnections();
  if (process.connected) process.disconnect();
}

process.once('SIGINT', stop);
process.once('SIGTERM', stop);
// The parent is gone, or wants this one to go.
process.once('disconnect', stop);

/**
 * @param {import('node:http').ServerResponse} response
 * @param {number} statusCode
 * @param {string} type
 * @param {string | Buffer} body
 * @param {Record<string, string>} [headers]
 */
function send(response, statusCode, type, body, headers) {
  response.writeHead(statusCode, {
    'Content-Type': `${type}; charset=utf-8`,
    'Cache-Control': 'no-cache',
    'Content-Security-Policy': page.policy,
    'X-Content-Type-Options': 'nosniff',
    ...headers,
  });
  response.end(body);
}
