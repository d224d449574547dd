import { onBoth } from '../tables.mjs';

const BIG = Buffer.alloc(16 * 1024 * 1024, 'data: x\n\n');

/** What an application may still do with a response that is closed. */
function useClosed(t, res) {
  t.state(res);
  t.call(res, 'write', 'data: late\n\n', t.callback('late'));
  t.call(res, 'write', 'data: later\n\n');
  t.call(res, 'flushHeaders');
  t.call(res, 'setHeader', 'X-Late', '1');
  t.call(res, 'writeHead', 200);
  t.call(res, 'end', 'data: last\n\n', 'utf8', t.callback('ended'));
  t.call(res, 'end', t.callback('ended again'));
  t.state(res);
}

/**
 * A stream that is open; then something happens to it on either side.
 *
 * @param happen - given the recorder, the request, the response, the client.
 */
const breaks = (happen, options) => async (t) => {
  let exchange;
  const server = await t.serve((req, res) => {
    exchange = [req, res];
    t.call(res, 'setHeader', 'Content-Type', t.type);
    t.call(res, 'write', 'data: 1\n\n', t.callback('written'));
  }, options);
  const client = await t.connect(server, options);
  client.socket.write(t.request());
  await client.waitFor('data: 1');
  await happen(t, ...exchange, client, server);
  await t.until('res1 emits close');
  await new Promise(setImmediate);
  useClosed(t, exchange[1]);
};

/** Counted from the connection: a request that is slow to come must not fail. */
const PATIENCE_MS = 250;

/** A stream whose request is never whole, on a server that waits so long. */
const isOverdue = (prepare, options) => async (t) => {
  const server = await t.serve((_req, res) => {
    t.call(res, 'writeHead', 200, { 'Content-Type': t.type });
    t.call(res, 'write', 'data: 1\n\n');
  }, options);
  prepare(server, t);
  const client = await t.connect(server);
  const headers = { 'Content-Length': '9' };
  client.socket.write(t.request({ method: 'POST', headers }));
  await client.closed;
};

const clients = onBoth({
  'the client ends its side': breaks((_t, _req, _res, { socket }) => {
    socket.end();
  }),
  'the client leaves': breaks((_t, _req, _res, { socket }) => {
    socket.destroy();
  }),
  'the client resets': breaks((_t, _req, _res, { socket }) => {
    socket.resetAndDestroy();
  }),
  'the client leaves with bytes unread': breaks(
    async (t, _req, res, { socket }) => {
      socket.pause();
      t.call(res, 'write', BIG, t.callback('big'));
      t.state(res);
      await new Promise(setImmediate);
      socket.destroy();
    },
  ),
  'the client leaves, and the application ends at aborted': breaks(
    (t, req, res, { socket }) => {
      req.on('aborted', () => t.call(res, 'end', 'data: 2\n\n'));
      socket.destroy();
    },
  ),
  'the client leaves, and the application ends at close': breaks(
    (t, req, res, { socket }) => {
      req.on('close', () => t.call(res, 'end'));
      res.on('close', () => t.call(res, 'end', t.callback('ended')));
      socket.destroy();
    },
  ),
  'the client leaves, and the application listens to errors': breaks(
    (t, req, res, { socket }) => {
      req.on('error', t.callback('error of the request'));
      res.on('error', t.callback('error of the response'));
      res.socket.on('error', t.callback('error of the socket'));
      socket.resetAndDestroy();
    },
  ),
  'a half-open client is served to its end': async (t) => {
    const server = await t.serve(async (req, res) => {
      t.call(res, 'writeHead', 200, { 'Content-Type': t.type });
      t.call(res, 'write', 'data: 1\n\n');
      await new Promise((resolve) => req.socket.once('end', resolve));
      t.call(res, 'write', 'data: 2\n\n', t.callback('written'));
      t.call(res, 'end');
    });
    server.httpAllowHalfOpen = true;
    const client = await t.connect(server, { allowHalfOpen: true });
    client.socket.end(t.request());
    await client.closed;
  },
});

const application = onBoth({
  'res.destroy': breaks((t, _req, res) => t.call(res, 'destroy')),
  'res.destroy with an error': breaks((t, _req, res) =>
    t.call(res, 'destroy', new RangeError('by the application')),
  ),
  'res.destroy with an error that somebody listens to': breaks(
    (t, _req, res) => {
      res.on('error', t.callback('error'));
      t.call(res, 'destroy', new RangeError('by the application'));
    },
  ),
  'req.destroy': breaks((t, req) => t.call(req, 'destroy')),
  'req.destroy with an error': breaks((t, req) =>
    t.call(req, 'destroy', new RangeError('by the application')),
  ),
  'socket.destroy': breaks((t, _req, res) => t.call(res.socket, 'destroy')),
  'socket.destroy with an error': breaks((t, _req, res) =>
    t.call(res.socket, 'destroy', new RangeError('by the application')),
  ),
  'socket.end': breaks((t, _req, res) => t.call(res.socket, 'end')),
  'res.end': breaks((t, _req, res) => t.call(res, 'end')),
  'res.end, then res.destroy': breaks((t, _req, res) => {
    t.call(res, 'end', 'data: 2\n\n', t.callback('ended'));
    t.call(res, 'destroy');
  }),
  'res.write, then res.destroy': breaks((t, _req, res) => {
    t.call(res, 'write', 'data: 2\n\n', t.callback('second'));
    t.call(res, 'destroy');
    t.call(res, 'write', 'data: 3\n\n', t.callback('third'));
  }),
  'a response destroyed before its headers': (t) =>
    t.exchange((_req, res) => {
      t.call(res, 'setHeader', 'Content-Type', t.type);
      t.call(res, 'destroy');
      useClosed(t, res);
    }),
  detachSocket: breaks((t, _req, res, { socket }) => {
    const own = res.socket;
    t.call(res, 'detachSocket', own);
    t.call(res, 'write', 'data: 2\n\n', t.callback('written'));
    t.state(res);
    t.call(res, 'destroy');
    own.destroy();
    socket.destroy();
    res.emit('close');
  }),
  'server.close, then closeAllConnections': breaks(
    async (t, _req, res, _client, server) => {
      server.close();
      await new Promise(setImmediate);
      t.call(res, 'write', 'data: 2\n\n', t.callback('written'));
      server.closeAllConnections();
    },
  ),
  'closeAllConnections while the server listens': breaks(
    (_t, _req, _res, _client, server) => server.closeAllConnections(),
  ),
});

const timeouts = onBoth({
  'the socket times out': breaks((_t, _req, res) => {
    res.socket.setTimeout(20);
  }),
  'the socket times out, and the server has a listener': breaks(
    (t, _req, res, _client, server) => {
      server.on('timeout', (socket) => {
        t.call(res, 'write', 'data: 2\n\n');
        socket.setTimeout(0);
        t.call(res, 'end');
      });
      res.socket.setTimeout(20);
    },
  ),
  'server.timeout': isOverdue((server) => {
    server.timeout = PATIENCE_MS;
  }),
  'server.setTimeout': isOverdue((server) => server.setTimeout(PATIENCE_MS)),
  'server.setTimeout with a listener': isOverdue((server, t) =>
    server.setTimeout(PATIENCE_MS, (socket) => {
      t.log('the server has timed out');
      socket.destroy();
    }),
  ),
  'res.setTimeout without a listener': breaks((t, _req, res) =>
    t.call(res, 'setTimeout', 20),
  ),
  'res.setTimeout with a listener': breaks((t, _req, res) =>
    t.call(res, 'setTimeout', 20, () => t.call(res, 'end', 'data: 2\n\n')),
  ),
  'res.setTimeout with a listener that destroys': breaks((t, _req, res) =>
    t.call(res, 'setTimeout', 20, () => t.call(res, 'destroy')),
  ),
  'req.setTimeout with a listener': breaks((t, req, res) =>
    t.call(req, 'setTimeout', 20, () => t.call(res, 'end')),
  ),
  'socket.setTimeout with a listener': breaks((t, _req, res) =>
    t.call(res.socket, 'setTimeout', 20, t.callback('timeout')),
  ),
  'a body that never comes': isOverdue(() => {}, {
    requestTimeout: PATIENCE_MS,
    headersTimeout: PATIENCE_MS,
    connectionsCheckingInterval: 10,
  }),
});

export const programs = { ...clients, ...application, ...timeouts };
