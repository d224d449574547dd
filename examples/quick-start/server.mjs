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
} = process.env;
const files = await readPage();
const feed = startFeed();
const status = startStatus(METRICS_URL);

const server = createServer((request, response) => {
  const path = request.url?.split('?')[0] ?? '/';
  const file = files.get(path);
  if (request.method !== 'GET') {
    send(response, 405, 'text/plain', 'GET only\n', { Allow: 'GET' });
  } else if (path === '/events') {
    feed.connect(request, response);
  } else if (path === '/status') {
    send(response, 200, 'application/json', status.read());
  } else if (path === '/health') {
    send(response, 200, 'text/plain', 'ok\n');
  } else if (file !== undefined) {
    send(response, 200, file.type, file.body);
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
    'Content-Security-Policy': "default-src 'self'",
    'X-Content-Type-Options': 'nosniff',
    ...headers,
  });
  response.end(body);
}
