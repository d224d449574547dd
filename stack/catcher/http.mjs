// The page, what it shows as JSON, and where webhooks go.
import { once } from 'node:events';
import { createServer } from 'node:http';
import { describeSlack, describeWebhook } from './notifications.mjs';
import { renderPage } from './page.mjs';

/** Larger bodies are refused. */
const MAX_BYTES = 1024 * 1024;
const HEADERS = {
  'Cache-Control': 'no-store',
  'Content-Security-Policy': "default-src 'none'; style-src 'unsafe-inline'",
  'X-Content-Type-Options': 'nosniff',
};

/**
 * @typedef {[type: string, body: string]} Answer
 * @typedef {object} Route
 * @property {'GET' | 'POST'} method
 * @property {(request: import('node:http').IncomingMessage) => Answer | Promise<Answer>} answer
 */

/** What is answered in place of what was asked for. */
class Refusal extends Error {
  /**
   * @param {number} status
   * @param {string} message
   */
  constructor(status, message) {
    super(message);
    this.status = status;
  }
}

/**
 * @param {object} options
 * @param {string} options.host
 * @param {number} options.port
 * @param {import('./inbox.mjs').Inbox} options.inbox
 * @returns the port, and its undo.
 * @throws when the port cannot be had.
 */
export async function startHttp({ host, port, inbox }) {
  const routes = createRoutes(inbox);
  const server = createServer(async (request, response) => {
    const send = (
      /** @type {number} */ status,
      /** @type {Answer} */ [type, body],
    ) => {
      const contentType = `${type}; charset=utf-8`;
      response.writeHead(status, { ...HEADERS, 'Content-Type': contentType });
      response.end(body);
    };
    try {
      send(200, await findRoute(routes, request).answer(request));
    } catch (error) {
      const { message } = /** @type {Error} */ (error);
      const status = error instanceof Refusal ? error.status : 400;
      send(status, ['text/plain', `${message}\n`]);
    }
  });
  server.listen(port, host);
  await once(server, 'listening');
  const address = server.address();
  return {
    port: typeof address === 'object' ? (address?.port ?? port) : port,
    async stop() {
      server.close();
      server.closeAllConnections();
    },
  };
}

/**
 * @param {import('./inbox.mjs').Inbox} inbox
 * @returns {Map<string | undefined, Route>} by path.
 */
function createRoutes(inbox) {
  /** @returns {Route} */
  const page = (/** @type {() => Answer} */ answer) => ({
    method: 'GET',
    answer,
  });
  /** @returns {Route} */
  const door = (
    /** @type {(body: unknown) => import('./inbox.mjs').Message} */ describe,
  ) => ({
    method: 'POST',
    async answer(request) {
      inbox.add(describe(await readJson(request)));
      // The very word that Alertmanager wants from Slack.
      return ['text/plain', 'ok'];
    },
  });
  return new Map([
    ['/', page(() => ['text/html', renderPage(inbox.list(), inbox.count())])],
    ['/messages', page(() => ['application/json', inbox.toJson()])],
    ['/health', page(() => ['text/plain', 'ok\n'])],
    ['/webhook', door(describeWebhook)],
    ['/slack', door(describeSlack)],
  ]);
}

/**
 * @param {Map<string | undefined, Route>} routes
 * @param {import('node:http').IncomingMessage} request
 */
function findRoute(routes, { url, method }) {
  const path = url?.split('?')[0];
  const route = routes.get(path);
  if (route === undefined) throw new Refusal(404, 'Not found');
  // Node leaves the body of an answer to HEAD out.
  const asked = method === 'HEAD' ? 'GET' : method;
  if (asked !== route.method) {
    throw new Refusal(405, `${path} is for ${route.method}`);
  }
  return route;
}

/**
 * @param {import('node:http').IncomingMessage} request
 * @returns {Promise<unknown>}
 */
async function readJson(request) {
  // A page of another site can post without asking, but not this type.
  if (!/^application\/json\b/i.test(request.headers['content-type'] ?? '')) {
    throw new Refusal(415, 'Content-Type must be application/json');
  }
  const chunks = [];
  let bytes = 0;
  // To the end, also what is not kept: some clients listen only then.
  for await (const chunk of request) {
    bytes += chunk.length;
    if (bytes <= MAX_BYTES) chunks.push(chunk);
  }
  if (bytes > MAX_BYTES) throw new Refusal(413, `At most ${MAX_BYTES} bytes`);
  try {
    return JSON.parse(Buffer.concat(chunks).toString());
  } catch (error) {
    const { message } = /** @type {Error} */ (error);
    throw new Refusal(400, `Not JSON: ${message}`);
  }
}
