import { createServer as createSecureServer } from 'node:https';
import { connect as connectSecurely } from 'node:tls';
import { onBoth } from '../tables.mjs';

/** Answers in three steps, over two turns. */
const answer = (t) => (_req, res) => {
  t.call(res, 'writeHead', 200, { 'Content-Type': t.type });
  t.call(res, 'write', 'data: 1\n\n', t.callback('written'));
  setImmediate(() => {
    t.call(res, 'write', 'data: 2\n\n', t.callback('written'));
    t.call(res, 'end', t.callback('ended'));
    t.state(res);
  });
};

const asks = (request, options) => (t) =>
  t.exchange(answer(t), request, options);

/** Answers with a status that has no body. */
const answersWith = (status) => (t) =>
  t.exchange((_req, res) => {
    t.call(res, 'setHeader', 'Content-Type', t.type);
    t.call(res, 'writeHead', status);
    t.call(res, 'write', 'data: 1\n\n', t.callback('written'));
    t.call(res, 'end', 'data: 2\n\n', t.callback('ended'));
    t.state(res);
  });

/** Several requests over one connection. */
const talks = (converse) => async (t) => {
  const server = await t.serve(answer(t));
  const client = await t.connect(server);
  await converse(t, client, (headers) => t.request({ headers }));
  await client.closed;
};

const KEEP = { Connection: undefined };

// Keys agreed on before make TLS work without a certificate.
const sharedKey = Buffer.alloc(32, 1);
const secure = {
  createServer: createSecureServer,
  connectionEvent: 'secureConnection',
  connectClient: connectSecurely,
  ciphers: 'PSK',
  maxVersion: 'TLSv1.2',
  checkServerIdentity: () => undefined,
};
const serverKey = { ...secure, pskCallback: () => sharedKey };
const clientKey = {
  ...secure,
  pskCallback: () => ({ psk: sharedKey, identity: 'client' }),
};

export const programs = onBoth({
  GET: asks(),
  'POST with a body': asks({
    method: 'POST',
    headers: { 'Content-Length': '2' },
    body: '{}',
  }),
  HEAD: asks({ method: 'HEAD' }),
  'HEAD with end(chunk)': (t) =>
    t.exchange(
      (_req, res) => {
        t.call(res, 'setHeader', 'Content-Type', t.type);
        t.call(res, 'end', 'data: 1\n\n', t.callback('ended'));
      },
      { method: 'HEAD' },
    ),
  'status 204': answersWith(204),
  'status 304': answersWith(304),
  'status 500': answersWith(500),
  'status 199': answersWith(199),
  'a client that speaks HTTP/1.0': asks({ version: '1.0' }),
  'a client of HTTP/1.0 that keeps the connection': talks(
    async (t, { socket, waitFor }) => {
      const headers = { Connection: 'keep-alive' };
      socket.write(t.request({ version: '1.0', headers }));
      await waitFor('data: 2');
    },
  ),
  'a request to resume': asks({ headers: { 'Last-Event-ID': '7' } }),
  'a request without Accept': asks({ headers: { Accept: undefined } }),
  'a connection kept for three requests': talks(
    async (_t, { socket, waitFor }, request) => {
      socket.write(request(KEEP));
      await waitFor('\r\n0\r\n\r\n');
      socket.write(request(KEEP));
      await waitFor('\r\n0\r\n\r\n', 2);
      socket.write(request({}));
    },
  ),
  'three pipelined requests': talks((_t, { socket }, request) => {
    socket.write(request(KEEP) + request(KEEP) + request({}));
  }),
  'pipelined requests answered in another order': async (t) => {
    const waiting = [];
    const server = await t.serve((req, res) => {
      waiting.push(() => answer(t)(req, res));
      if (waiting.length === 3) for (const go of waiting.reverse()) go();
    });
    const client = await t.connect(server);
    const request = t.request({ headers: KEEP });
    client.socket.write(request + request + t.request());
    await client.closed;
  },
  'a pipelined request whose client leaves': async (t) => {
    const server = await t.serve((_req, res) => {
      t.call(res, 'writeHead', 200, { 'Content-Type': t.type });
      t.call(res, 'write', 'data: 1\n\n', t.callback('written'));
    });
    const client = await t.connect(server);
    const request = t.request({ headers: KEEP });
    client.socket.write(request + request);
    await t.until('res2.write');
    await client.waitFor('data: 1');
    client.socket.destroy();
    await t.until('socket1 emits close');
  },
  'Expect: 100-continue': asks({
    method: 'POST',
    headers: { Expect: '100-continue', 'Content-Length': '2' },
    body: '{}',
  }),
  'Expect: 100-continue, answered by hand': async (t) => {
    const server = await t.serve(answer(t));
    server.on('checkContinue', (req, res) => {
      t.watch(res, 'res');
      t.call(res, 'writeContinue', t.callback('continued'));
      answer(t)(req, res);
    });
    const client = await t.connect(server);
    const headers = { Expect: '100-continue', 'Content-Length': '2' };
    client.socket.write(t.request({ method: 'POST', headers, body: '{}' }));
    await client.closed;
  },
  'Expect: 100-continue, refused': async (t) => {
    const server = await t.serve(answer(t));
    server.on('checkContinue', (req, res) => {
      t.watch(res, 'res');
      answer(t)(req, res);
    });
    const client = await t.connect(server);
    const headers = { Expect: '100-continue', 'Content-Length': '2' };
    client.socket.write(t.request({ method: 'POST', headers, body: '{}' }));
    await client.closed;
  },
  'any other expectation': asks({ headers: { Expect: 'miracles' } }),
  'informational responses': (t) =>
    t.exchange((req, res) => {
      t.call(res, 'writeContinue', t.callback('continued'));
      t.call(res, 'writeProcessing', t.callback('processing'));
      const link = '</a.css>; rel=preload';
      t.call(res, 'writeEarlyHints', { link }, t.callback('hinted'));
      t.call(res, 'writeEarlyHints', {});
      t.call(res, 'writeEarlyHints', 1);
      answer(t)(req, res);
    }),
  'a request that is none': async (t) => {
    const server = await t.serve(answer(t));
    const client = await t.connect(server);
    client.socket.write('NONSENSE\r\n\r\n');
    await client.closed;
  },
  'a request that turns bad while it is answered': async (t) => {
    const server = await t.serve((_req, res) => {
      t.call(res, 'writeHead', 200, { 'Content-Type': t.type });
      t.call(res, 'write', 'data: 1\n\n');
    });
    const client = await t.connect(server);
    client.socket.write(t.request({ headers: KEEP }));
    await client.waitFor('data: 1');
    client.socket.write('NONSENSE\r\n\r\n');
    await client.closed;
  },
  TLS: async (t) => {
    const server = await t.serve(answer(t), serverKey);
    const client = await t.connect(server, clientKey);
    client.socket.write(t.request());
    await client.closed;
  },
  'TLS, and a client that leaves': async (t) => {
    const server = await t.serve((_req, res) => {
      t.call(res, 'writeHead', 200, { 'Content-Type': t.type });
      t.call(res, 'write', 'data: 1\n\n');
    }, serverKey);
    const client = await t.connect(server, clientKey);
    client.socket.write(t.request());
    await client.waitFor('data: 1');
    client.socket.destroy();
    await t.until('socket1 emits close');
  },
});
