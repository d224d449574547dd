import { onHttp2 } from '../http2.mjs';

// How streams end, by either side. What a client saw that leaves is not compared
// where it depends on the network.

const BIG = Buffer.alloc(4 * 1024 * 1024, 'data: x\n\n');
const CANCEL = 8;
const INTERNAL_ERROR = 2;

/** What an application may still do with what is closed. */
function useClosed(t, out) {
  t.state(out);
  t.call(out, 'write', 'data: late\n\n', t.callback('late'));
  t.call(out, 'write', 'data: later\n\n');
  t.call(out, 'respond', { 'content-type': t.type });
  t.call(out, 'additionalHeaders', { ':status': 102 });
  t.call(out, 'pushStream', { ':path': '/a' }, t.callback('pushed'));
  t.call(out, 'flushHeaders');
  t.call(out, 'setHeader', 'X-Late', '1');
  t.call(out, 'writeHead', 200);
  t.call(out, 'end', 'data: last\n\n', 'utf8', t.callback('ended'));
  t.call(out, 'end', t.callback('ended again'));
  t.call(out, 'close', CANCEL);
  t.call(out, 'destroy');
  t.state(out);
}

/** A response of the compatibility API, or a raw stream, that has begun. */
const begins = {
  response: (t, handle) =>
    t.serve((req, res) => {
      t.call(res, 'setHeader', 'Content-Type', t.type);
      t.call(res, 'write', 'data: 1\n\n', t.callback('written'));
      handle(res, res.stream, req);
    }),
  stream: (t, handle) =>
    t.serveStreams((stream) => {
      t.call(stream, 'respond', { 'content-type': t.type });
      t.call(stream, 'write', 'data: 1\n\n', t.callback('written'));
      handle(stream, stream, stream);
    }),
};

/**
 * Something happens to what is open.
 *
 * @param happen - given the recorder and both sides; `out` is what the
 * application writes to.
 */
const breaks = (begin, happen) => async (t) => {
  let served;
  const server = await begin(t, (out, stream, req) => {
    served = { out, stream, req };
  });
  const client = await t.connect(server, { isHeard: false });
  const asked = client.request(t.ask());
  asked.stream.end();
  await asked.waitFor('data: 1');
  const { out, stream } = served;
  await happen(t, { ...served, server, client, asked });
  // An error that nobody listens to comes instead.
  await Promise.race([t.emitted(stream, 'close'), t.until('uncaught')]);
  await new Promise(setImmediate);
  useClosed(t, out);
};

const ERROR = () => new RangeError('by the application');

const byClients = {
  'the client cancels': (_t, { asked }) => asked.stream.close(CANCEL),
  'the client closes without an error': (_t, { asked }) => asked.stream.close(),
  'the client closes with a code': (_t, { asked }) =>
    asked.stream.close(INTERNAL_ERROR),
  'the client destroys its stream': (_t, { asked }) => asked.stream.destroy(),
  'the client destroys its stream with an error': (_t, { asked }) =>
    asked.stream.destroy(ERROR()),
  'the client closes its session and stream': (_t, { client, asked }) => {
    client.session.close();
    asked.stream.close(CANCEL);
  },
  'the client destroys its session': (_t, { client }) =>
    client.session.destroy(),
  'the client destroys its session with a code': (_t, { client }) =>
    client.session.destroy(ERROR(), INTERNAL_ERROR),
  'the client ends its socket': (_t, { client }) => {
    client.socket.end();
  },
  'the client destroys its socket': (_t, { client }) => {
    client.socket.destroy();
  },
  'the client resets': (_t, { client }) => {
    client.tcp.resetAndDestroy();
  },
  'the client leaves with bytes unread': (t, { out, asked }) => {
    asked.stream.pause();
    t.call(out, 'write', BIG, t.callback('big'));
    t.call(out, 'write', 'data: 2\n\n', t.callback('second'));
    setImmediate(() => asked.stream.close(CANCEL));
  },
  'the client cancels, and the application ends at aborted': (
    t,
    { req, out, asked },
  ) => {
    req.on('aborted', () => t.call(out, 'end', 'data: 2\n\n'));
    asked.stream.close(CANCEL);
  },
  'the client cancels, and the application ends at close': (
    t,
    { req, out, asked },
  ) => {
    req.on('close', () => t.call(out, 'end'));
    out.on('close', () => t.call(out, 'end', t.callback('ended at close')));
    asked.stream.close(CANCEL);
  },
  'the client fails, and the application listens to errors': (
    t,
    { req, out, stream, asked },
  ) => {
    for (const each of new Set([req, out, stream])) {
      each.on('error', t.callback('error'));
      each.on('aborted', t.callback('aborted'));
    }
    asked.stream.close(INTERNAL_ERROR);
  },
};

const byApplication = {
  'stream.close': (t, { stream }) => t.call(stream, 'close'),
  'stream.close with a code': (t, { stream }) =>
    t.call(stream, 'close', CANCEL, t.callback('closed')),
  'stream.close with what it refuses': (t, { stream }) => {
    t.call(stream, 'close', 'text');
    t.call(stream, 'close', -1);
    t.call(stream, 'close', 2 ** 33);
    t.call(stream, 'close', INTERNAL_ERROR, 'text');
    t.call(stream, 'close', CANCEL);
  },
  'stream.destroy': (t, { stream }) => t.call(stream, 'destroy'),
  'stream.destroy with an error': (t, { stream }) =>
    t.call(stream, 'destroy', ERROR()),
  'stream.destroy with an error that somebody listens to': (t, { stream }) => {
    stream.on('error', t.callback('error'));
    t.call(stream, 'destroy', ERROR(), t.callback('destroyed'));
  },
  'stream.destroy with what is no error': (t, { stream }) => {
    stream.on('error', t.callback('error'));
    t.call(stream, 'destroy', 'text');
  },
  'req.destroy': async (t, { req, stream }) => {
    t.call(req, 'destroy');
    await new Promise(setImmediate);
    t.call(stream, 'destroy');
  },
  'req.destroy with an error': async (t, { req, stream }) => {
    t.call(req, 'destroy', ERROR());
    await new Promise(setImmediate);
    t.call(stream, 'destroy');
  },
  'res.destroy where there is one': (t, { out, stream }) => {
    t.call(out, 'destroy', ERROR());
    t.call(stream, 'destroy');
  },
  'an end': (t, { out }) => t.call(out, 'end'),
  'an end, then destroy': (t, { out, stream }) => {
    t.call(out, 'end', 'data: 2\n\n', t.callback('ended'));
    t.call(stream, 'destroy');
  },
  'an end, then close': (t, { out, stream }) => {
    t.call(out, 'end', 'data: 2\n\n', t.callback('ended'));
    t.call(stream, 'close', CANCEL);
  },
  'a write, then close': (t, { out, stream }) => {
    t.call(out, 'write', 'data: 2\n\n', t.callback('second'));
    t.call(stream, 'close', CANCEL);
    t.call(out, 'write', 'data: 3\n\n', t.callback('third'));
    t.call(out, 'end', t.callback('ended'));
  },
  'a write, then destroy': (t, { out, stream }) => {
    t.call(out, 'write', 'data: 2\n\n', t.callback('second'));
    t.call(stream, 'destroy');
    t.call(out, 'write', 'data: 3\n\n', t.callback('third'));
  },
  'end of the readable side': (t, { stream }) => {
    stream.on('end', t.callback('end'));
    stream.resume();
    setImmediate(() => t.call(stream, 'end'));
  },
};

/** A table of what may happen, for a response and for a raw stream. */
function onEither(table) {
  return Object.entries(begins).flatMap(([kind, begin]) =>
    Object.entries(table).map(([name, happen]) => [
      `${kind}: ${name}`,
      breaks(begin, happen),
    ]),
  );
}

export const programs = onHttp2(
  Object.fromEntries([...onEither(byClients), ...onEither(byApplication)]),
);
