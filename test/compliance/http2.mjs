import { once } from 'node:events';
import { createSecureServer, createServer } from 'node:http2';
import { createHttp2Client, showHeaders } from './http2-client.mjs';
import { onBoth, onStreams } from './tables.mjs';

// Keys agreed on before make TLS work without a certificate.
const sharedKey = Buffer.alloc(32, 1);
const secure = { ciphers: 'PSK', maxVersion: 'TLSv1.2' };
const serverKey = { ...secure, pskCallback: () => sharedKey };
const clientKey = {
  ...secure,
  checkServerIdentity: () => undefined,
  pskCallback: () => ({ psk: sharedKey, identity: 'client' }),
};

const TOLD = [
  ...['headersSent', 'statusCode', 'finished', 'writableEnded', 'closed'],
  ...['writableFinished', 'writableLength', 'writableNeedDrain', 'rstCode'],
  ...['writableCorked', 'destroyed', 'aborted', 'errored', 'pending', 'state'],
  ...['endAfterHeaders', 'bufferSize', 'sentInfoHeaders', 'sentTrailers'],
];

/** A recorder that serves and asks by HTTP/2. */
function createHttp2(t, isSecure) {
  const servers = [];
  const sessions = [];
  const clients = [];

  const http2 = {
    ...t,

    /** Starts a server whose streams and sessions are watched. */
    async startServer(options = {}) {
      const make = isSecure ? createSecureServer : createServer;
      const server = make({ ...(isSecure && serverKey), ...options });
      t.watch(server, 'server');
      server.on('session', (session) => {
        t.watch(session, 'session');
        sessions.push(session);
      });
      server.on('stream', (stream) => t.watch(stream, 'stream'));
      server.listen(0, '127.0.0.1');
      await once(server, 'listening');
      servers.push(server);
      return server;
    },

    /** A server of the compatibility API. */
    async serve(handle, options) {
      const server = await http2.startServer(options);
      server.on('request', (req, res) => {
        t.watch(req, 'req');
        t.watch(res, 'res');
        return handle(req, res, server);
      });
      return server;
    },

    /** A server of raw streams. */
    async serveStreams(handle, options) {
      const server = await http2.startServer(options);
      server.on('stream', (stream, headers) => handle(stream, headers, server));
      return server;
    },

    async connect(server, options) {
      const client = await createHttp2Client(
        server.address().port,
        `client${clients.length + 1}`,
        t.log,
        { key: isSecure ? clientKey : undefined, ...options },
      );
      clients.push(client);
      return client;
    },

    /** Headers of a request. */
    ask: (headers) => ({ ':path': '/events', accept: t.type, ...headers }),

    /** One request of the compatibility API, until its stream is closed. */
    async exchange(handle, headers, options) {
      const server = await http2.serve(handle, options);
      await http2.askOnce(server, headers, options?.client);
    },

    /** One request to a raw stream, until it is closed. */
    async exchangeStream(handle, headers, options) {
      const server = await http2.serveStreams(handle, options);
      await http2.askOnce(server, headers, options?.client);
    },

    async askOnce(server, headers, options) {
      const client = await http2.connect(server, options);
      const { stream, closed } = client.request(http2.ask(headers));
      if (!stream.writableEnded) stream.end();
      await closed;
    },

    /** Logs all that a response and its stream, or a stream, tell. */
    state(target) {
      const { stream } = target;
      for (const each of stream === undefined ? [target] : [target, stream]) {
        const headers = each.getHeaders?.() ?? each.sentHeaders;
        const told = TOLD.filter((key) => key in each).map(
          (key) => `${key} ${t.showAll([each[key]])}`,
        );
        t.log(`state ${t.showAll([each])} ${told} ${showHeaders(headers)}`);
      }
    },
  };

  t.adopt({
    async finish() {
      for (const { session } of clients) session.close();
      await Promise.all(clients.map(({ closed }) => closed));
      await Promise.all(sessions.map((session) => t.emitted(session, 'close')));
      for (const server of servers) {
        if (!server.listening) continue;
        server.close();
        await once(server, 'close');
      }
    },
    logClients() {
      for (const client of clients) client.logFrames();
    },
    abandon() {
      for (const { session } of clients) session.destroy();
      for (const session of sessions) session.destroy();
      for (const server of servers) server.close();
    },
  });
  return http2;
}

/**
 * Programs for HTTP/2: in the clear for an event stream and for any other
 * response, over TLS for an event stream.
 */
export function onHttp2(table) {
  return {
    ...onBoth(mapRuns(table, (run) => (t) => run(createHttp2(t, false)))),
    ...onHttp2Tls(table),
  };
}

/** Programs for an event stream over TLS. */
function onHttp2Tls(table) {
  const secured = mapRuns(table, (run) => (t) => run(createHttp2(t, true)));
  return Object.fromEntries(
    Object.entries(onStreams(secured)).map(([name, program]) => [
      `${name}, over TLS`,
      program,
    ]),
  );
}

function mapRuns(table, change) {
  return Object.fromEntries(
    Object.entries(table).map(([name, run]) => [name, change(run)]),
  );
}
