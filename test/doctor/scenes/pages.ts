import type { RequestListener } from 'node:http';
import {
  onPlain,
  type Scene,
  type Scenes,
  sendStream,
  streaming,
} from '../support/examine.ts';

const ORIGIN = 'https://www.example';
const ALLOWED = { 'Access-Control-Allow-Origin': ORIGIN, Vary: 'Origin' };
const LEAVE = { ...ALLOWED, 'Access-Control-Allow-Credentials': 'true' };

/** Asked by a page of another origin. */
function onPage(headers: Readonly<Record<string, string>>): Scene {
  return onPlain(streaming(headers), { origin: ORIGIN });
}

/** The same by a page that sends cookies. */
function onPageWithCookies(headers: Readonly<Record<string, string>>): Scene {
  return onPlain(streaming(headers), {
    origin: ORIGIN,
    isWithCredentials: true,
  });
}

/** A POST with JSON, which browsers ask leave for. */
function onPost(options: Readonly<Record<string, string>>): Scene {
  const listener: RequestListener = (request, response) => {
    if (request.method === 'OPTIONS') response.writeHead(204, options).end();
    else sendStream(response, ALLOWED);
  };
  return onPlain(listener, { origin: ORIGIN, method: 'POST', body: '{}' });
}

/** How many streams closed, as a server's metrics have it. */
function onMetrics(isNoticing: boolean): Scene {
  let closed = 0;
  return onPlain(
    (request, response) => {
      if (request.url === '/metrics') {
        const labels = '{http_route="/events"}';
        response.end(
          `sse_server_opened_connections_total${labels} 1\nsse_server_closed_connections_total${labels} ${closed}\n`,
        );
        return;
      }
      sendStream(response);
      response.once('close', () => {
        if (isNoticing) closed++;
      });
    },
    (url) => ({ metrics: new URL('/metrics', url) }),
  );
}

/** Other origins, cookies, and the server's metrics. */
export const PAGE_SCENES: Record<string, Scenes> = {
  'cors-refused': { sick: onPage({}), well: onPage(ALLOWED) },
  'cors-credentials': {
    sick: onPageWithCookies({ 'Access-Control-Allow-Origin': '*' }),
    well: onPageWithCookies(LEAVE),
  },
  'cors-preflight': {
    sick: onPost(ALLOWED),
    well: onPost({
      ...ALLOWED,
      'Access-Control-Allow-Headers': 'Content-Type',
    }),
  },
  'cors-vary': {
    sick: onPage({ 'Access-Control-Allow-Origin': ORIGIN }),
    well: onPage({ 'Access-Control-Allow-Origin': '*' }),
  },
  'cookie-not-sent': {
    sick: onPageWithCookies({ ...LEAVE, 'Set-Cookie': 's=1; SameSite=Lax' }),
    well: onPageWithCookies({
      ...LEAVE,
      'Set-Cookie': 's=1; SameSite=None; Secure',
    }),
  },
  'disconnect-unnoticed': { sick: onMetrics(false), well: onMetrics(true) },
};
