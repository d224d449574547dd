// What the applications of the drills have in common: a page of health, a switch for
// their fault, an orderly end.
import { createServer } from 'node:http';

/** @typedef {import('node:http').IncomingMessage} Request */
/** @typedef {import('node:http').ServerResponse} Response */

/**
 * Listens on HOST and PORT until SIGTERM. Timers must not keep it alive.
 *
 * @param {Record<string, (request: Request, response: Response) => void>} routes
 * - by the first part of the path.
 * @param {() => void} misbehave - called at `POST /fault`.
 */
export function startApplication(routes, misbehave) {
  const { HOST = '127.0.0.1', PORT = '0' } = process.env;
  const server = createServer((request, response) => {
    const [, name = ''] = (request.url ?? '').split('/');
    if (name === 'health') response.end('ok\n');
    else if (name === 'fault' && request.method === 'POST') {
      misbehave();
      response.end('done\n');
    } else if (routes[name] !== undefined) routes[name](request, response);
    else response.writeHead(404).end();
  });
  server.listen(Number(PORT), HOST);
  process.once('SIGTERM', () => {
    server.close();
    server.closeAllConnections();
  });
}

/** Answers with a stream. */
export function openStream(/** @type {Response} */ response) {
  response.writeHead(200, {
    'Content-Type': 'text/event-stream',
    'Cache-Control': 'no-cache',
  });
  // Who writes to a client that is gone is told so.
  response.on('error', () => {});
}

/** Calls again and again; the process may end all the same. */
export function repeat(
  /** @type {number} */ milliseconds,
  /** @type {() => void} */ call,
) {
  return setInterval(call, milliseconds).unref();
}
