import { once } from 'node:events';
import { performServerHandshake } from 'node:http2';
import { connect as connectTcp, createServer } from 'node:net';
import { onHttp2 } from '../http2.mjs';

// What ends whole sessions and servers, and what a time-out does.

/** Counted from the last activity: what is slow to come must not fail. */
const PATIENCE_MS = 250;

/** A server with one open stream, and what happens to it. */
const breaks =
  (happen, { prepare } = {}) =>
  async (t) => {
    let served;
    const server = await t.serveStreams((stream) => {
      served = stream;
      stream.on('error', t.callback('error'));
      t.call(stream, 'respond', { 'content-type': t.type });
      t.call(stream, 'write', 'data: 1\n\n', t.callback('written'));
    });
    prepare?.(t, server);
    const client = await t.connect(server);
    const asked = client.request(t.ask());
    asked.stream.end();
    await asked.waitFor('data: 1');
    const { session } = served;
    await happen(t, { stream: served, session, server, client, asked });
    await t.emitted(served, 'close');
    await new Promise(setImmediate);
    t.state(served);
    t.call(served, 'write', 'data: late\n\n', t.callback('late'));
    t.call(served, 'end', t.callback('ended'));
  };

const sessions = {
  'session.destroy': breaks((t, { session }) => t.call(session, 'destroy')),
  'session.destroy with an error': breaks((t, { session, server }) => {
    server.on('sessionError', t.callback('sessionError'));
    t.call(session, 'destroy', new RangeError('by the application'));
  }),
  'session.destroy with a code': breaks((t, { session, server }) => {
    server.on('sessionError', t.callback('sessionError'));
    t.call(session, 'destroy', 11);
  }),
  'session.close, then an end': breaks((t, { session, stream }) => {
    t.call(session, 'close', t.callback('session closed'));
    t.call(stream, 'write', 'data: 2\n\n', t.callback('second'));
    setImmediate(() => t.call(stream, 'end', 'data: 3\n\n'));
  }),
  'session.goaway, then an end': breaks(async (t, { session, stream }) => {
    t.call(session, 'goaway', 0, stream.id, Buffer.from('bye'));
    await new Promise(setImmediate);
    t.call(stream, 'write', 'data: 2\n\n', t.callback('second'));
    t.call(stream, 'end');
    void t.emitted(stream, 'close').then(() => session.close());
  }),
  'session.goaway with an error': breaks((t, { session }) => {
    t.call(session, 'goaway', 2);
  }),
  'session.socket.destroy is refused': breaks((t, { session, stream }) => {
    t.call({ get: () => session.socket.destroy() && undefined }, 'get');
    t.call({ get: () => session.socket.end() }, 'get');
    t.call(stream, 'close');
  }),
  'server.close, then an end': breaks((t, { server, stream, client }) => {
    server.close(t.callback('server closed'));
    t.call(stream, 'write', 'data: 2\n\n', t.callback('second'));
    setImmediate(() => t.call(stream, 'end', 'data: 3\n\n'));
    void t.emitted(stream, 'close').then(() => client.session.close());
  }),
  'server.close, then session.destroy': breaks((_t, { server, session }) => {
    server.close();
    session.destroy();
  }),
};

const timeouts = {
  'server.setTimeout without a listener': breaks(() => {}, {
    prepare: (_t, server) => server.setTimeout(PATIENCE_MS),
  }),
  'server.setTimeout with a listener': breaks(() => {}, {
    prepare: (t, server) =>
      server.setTimeout(PATIENCE_MS, (session) => {
        t.log('the server has timed out');
        session.close();
        session.destroy();
      }),
  }),
  'session.setTimeout without a listener': breaks((t, { session, stream }) => {
    t.call(session, 'setTimeout', 10);
    session.on('timeout', () => t.call(stream, 'end'));
  }),
  'session.setTimeout with a listener that destroys': breaks(
    (t, { session }) => {
      session.setTimeout(20, () => t.call(session, 'destroy'));
    },
  ),
  'stream.setTimeout with a listener': breaks((t, { stream }) => {
    stream.setTimeout(20, () => t.call(stream, 'end', 'data: 2\n\n'));
  }),
  'stream.setTimeout with a listener that closes': breaks((t, { stream }) => {
    stream.setTimeout(20, () => t.call(stream, 'close', 8));
  }),
  'stream.setTimeout, then 0': breaks((t, { stream }) => {
    t.call(stream, 'setTimeout', 10, t.callback('not called'));
    t.call(stream, 'setTimeout', 0);
    setTimeout(() => t.call(stream, 'end'), 30);
  }),
};

/** The handler fails; the client leaves when it has seen what came of it. */
const fails = (handle) => async (t) => {
  const server = await t.serveStreams(handle.bind(undefined, t));
  const client = await t.connect(server);
  const asked = client.request(t.ask());
  asked.stream.end();
  await t.until('uncaught');
  asked.stream.close(8);
  await asked.closed;
};

function fail() {
  throw new RangeError('by the application');
}

const failures = {
  'a handler that throws before respond': fails(fail),
  'a handler that throws after a write': fails((t, stream) => {
    stream.respond({ 'content-type': t.type });
    stream.write('data: 1\n\n');
    fail();
  }),
  'a handler that rejects': fails(async (t, stream) => {
    stream.respond({ 'content-type': t.type });
    await new Promise(setImmediate);
    fail();
  }),
  'a listener to close that throws': fails((t, stream) => {
    stream.respond({ 'content-type': t.type });
    stream.on('close', fail);
    stream.on('close', t.callback('not reached'));
    stream.end('data: 1\n\n');
  }),
  'two handlers of which the first throws': async (t) => {
    const server = await t.startServer();
    server.on('stream', fail);
    server.on('stream', t.callback('not reached'));
    const client = await t.connect(server);
    const asked = client.request(t.ask());
    await t.until('uncaught');
    asked.stream.close(8);
    await asked.closed;
  },
  'nobody handles streams': async (t) => {
    const server = await t.startServer();
    const client = await t.connect(server);
    const asked = client.request(t.ask());
    await t.until('server1 emits stream');
    asked.stream.close(8);
    await asked.closed;
  },
  'a client that leaves before respond': async (t) => {
    let served;
    const server = await t.serveStreams((stream) => {
      served = stream;
    });
    const client = await t.connect(server);
    const asked = client.request(t.ask());
    await t.until('server1 emits stream');
    asked.stream.close(8);
    await t.emitted(served, 'close');
    t.call(served, 'respond', { 'content-type': t.type });
    t.state(served);
  },
  'a client that speaks HTTP/1.1': async (t) => {
    const server = await t.serveStreams(() => {});
    server.on('sessionError', t.callback('sessionError'));
    server.on('unknownProtocol', t.callback('unknownProtocol'));
    server.on('tlsClientError', () => t.log('tlsClientError'));
    const { port } = server.address();
    const socket = connectTcp(port, '127.0.0.1', () => {
      socket.write('GET / HTTP/1.1\r\nHost: a\r\n\r\n');
    });
    socket.on('error', () => {});
    socket.resume();
    await new Promise((resolve) => socket.once('close', resolve));
  },
  'a session without a server': async (t) => {
    const server = createServer((socket) => {
      const session = performServerHandshake(socket);
      t.watch(session, 'session');
      session.on('stream', (stream) => {
        t.watch(stream, 'stream');
        t.call(stream, 'respond', { 'content-type': t.type });
        t.call(stream, 'write', 'data: 1\n\n', t.callback('written'));
        t.call(stream, 'end');
      });
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const client = await t.connect(server, { key: undefined });
    await client.request(t.ask()).closed;
    client.session.close();
    server.close();
    await once(server, 'close');
  },
};

export const programs = onHttp2({ ...sessions, ...timeouts, ...failures });
