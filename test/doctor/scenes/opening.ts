import { createCertificate } from '../../support/certificate.ts';
import {
  BODY,
  examine,
  HEADERS,
  onPlain,
  onServer,
  type Scenes,
  sendStream,
  streaming,
} from '../support/examine.ts';
import {
  startHttp2,
  startPlain,
  startRaw,
  startTls,
} from '../support/servers.ts';

const LASTING = createCertificate(90);
const TRUSTING = { ca: LASTING.cert };
const well = onPlain(streaming());
const secure = onServer(
  () => startHttp2((_, response) => sendStream(response), LASTING),
  TRUSTING,
);

/** A TLS server whose certificate is good for so many days. */
function onCertificate(days: number) {
  const certificate = createCertificate(days);
  return onServer(() => startTls(streaming(), certificate), {
    ca: certificate.cert,
  });
}

/** Reaching a server, and the beginning of its answer. */
export const OPENING_SCENES: Record<string, Scenes> = {
  'name-not-found': {
    // A label may have 63 letters: no resolver is asked.
    sick: () => examine(new URL(`http://${'a'.repeat(64)}.test/events`)),
    well,
  },
  'connection-failed': {
    sick: async () => {
      const server = await startPlain(streaming());
      await server[Symbol.asyncDispose]();
      return examine(server.url);
    },
    well,
  },
  'tls-failed': {
    sick: async () => {
      await using server = await startPlain(streaming());
      return await examine(new URL(server.url.href.replace('http', 'https')));
    },
    well: secure,
  },
  'no-response': { sick: onPlain(() => {}, { seconds: 0.2 }), well },
  'certificate-expired': { sick: onCertificate(-1), well: onCertificate(1) },
  'certificate-untrusted': {
    sick: onServer(() => startTls(streaming(), LASTING)),
    well: onServer(() => startTls(streaming(), LASTING), TRUSTING),
  },
  'certificate-expires-soon': {
    sick: onCertificate(20.5),
    well: onCertificate(22),
  },
  'http-1': {
    sick: onServer(() => startTls(streaming(), LASTING), TRUSTING),
    well: secure,
  },
  'http-1-0': {
    sick: onServer(() =>
      startRaw((socket) => {
        const head = Object.entries(HEADERS).map(
          ([name, value]) => `${name}: ${value}\r\n`,
        );
        socket.write(`HTTP/1.0 200 OK\r\n${head.join('')}\r\n${BODY}`);
      }),
    ),
    well,
  },
  redirected: {
    sick: onPlain((request, response) => {
      if (request.url === '/new') sendStream(response);
      else response.writeHead(308, { Location: '/new' }).end();
    }),
    // A Location is no redirect by itself.
    well: onPlain(streaming({ Location: '/new' })),
  },
  'redirect-broken': {
    sick: onPlain((_, response) =>
      response.writeHead(302, { Location: '/events' }).end(),
    ),
    well: onPlain((request, response) => {
      const step = Number(request.url?.split('?')[1] ?? 0);
      // As many as browsers follow.
      if (step === 20) sendStream(response);
      else response.writeHead(302, { Location: `/?${step + 1}` }).end();
    }),
  },
  'redirect-insecure': {
    sick: async () => {
      await using plain = await startPlain(streaming());
      const { href } = plain.url;
      return await onServer(
        () =>
          startTls(
            (_, response) => response.writeHead(301, { Location: href }).end(),
            LASTING,
          ),
        TRUSTING,
      )();
    },
    well: onServer(
      () =>
        startTls((request, response) => {
          if (request.url === '/new') sendStream(response);
          else response.writeHead(301, { Location: '/new' }).end();
        }, LASTING),
      TRUSTING,
    ),
  },
  unauthorized: {
    sick: onPlain((_, response) =>
      response.writeHead(401, { 'WWW-Authenticate': 'Bearer' }).end(),
    ),
    well: onPlain(
      (request, response) => {
        if (request.headers.authorization === 'Bearer t') sendStream(response);
        else response.writeHead(401).end();
      },
      { headers: { authorization: 'Bearer t' } },
    ),
  },
  status: {
    sick: onPlain((_, response) => response.writeHead(503, HEADERS).end(BODY)),
    well,
  },
  'content-type': {
    sick: onPlain(streaming({ 'Content-Type': 'text/plain' })),
    well: onPlain(streaming({ 'Content-Type': 'TEXT/Event-Stream ; a=b' })),
  },
};
