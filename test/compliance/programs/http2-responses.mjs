import { createGzip } from 'node:zlib';
import { onHttp2 } from '../http2.mjs';

// What else the compatibility API has: trailers, pushes, other requests.

/** A program on a response that has its content type. */
const serves = (handle, headers, options) => (t) =>
  t.exchange(
    (req, res, server) => {
      t.call(res, 'setHeader', 'Content-Type', t.type);
      return handle(t, res, req, server);
    },
    headers,
    options,
  );

const sent = {
  trailers: serves((t, res) => {
    t.call(res, 'write', 'data: 1\n\n');
    t.call(res, 'addTrailers', { 'X-Sum': '1' });
    t.call(res, 'setTrailer', 'X-More', ['2', '3']);
    t.call(res, 'setTrailer', 'X-Bad', undefined);
    t.call(res, 'end');
    t.call(res, 'setTrailer', 'X-Late', '4');
  }),
  'trailers of a response without a body': serves((t, res) => {
    t.call(res, 'addTrailers', { 'X-Sum': '1' });
    t.call(res, 'end');
  }),
  createPushResponse: serves((t, res) => {
    t.call(res, 'createPushResponse', { ':path': '/a' }, (error, pushed) => {
      t.callback('pushed')(error, typeof pushed);
      t.watch(pushed, 'pushed');
      t.call(pushed, 'setHeader', 'Content-Type', t.type);
      t.call(pushed, 'write', 'data: 1\n\n', t.callback('written'));
      t.call(pushed, 'end', 'data: 2\n\n', t.callback('ended'));
      t.call(res, 'end', 'data: 3\n\n');
    });
    t.call(res, 'createPushResponse', { ':path': '/b' });
  }),
  'createPushResponse, refused by the client': serves(
    (t, res) => {
      t.call(res, 'createPushResponse', { ':path': '/a' }, t.callback('push'));
      t.call(res, 'end', 'data: 1\n\n');
    },
    {},
    { client: { settings: { enablePush: false } } },
  ),
  'createPushResponse of a response that has ended': serves((t, res) => {
    t.call(res, 'end', 'data: 1\n\n');
    const push = () =>
      t.call(res, 'createPushResponse', { ':path': '/a' }, (error, pushed) => {
        t.callback('push')(error, typeof pushed);
        pushed?.end();
      });
    push();
    res.on('close', push);
  }),
  'the stream of a response': serves((t, res, req) => {
    t.log(`${req.stream === res.stream} ${res.req === req}`);
    t.call(res.stream, 'respond', { 'content-type': t.type, 'x-own': '1' });
    t.state(res);
    t.call(res, 'setHeader', 'X-Late', '1');
    t.call(res.stream, 'write', 'data: 1\n\n', t.callback('by the stream'));
    t.call(res, 'write', 'data: 2\n\n', t.callback('by the response'));
    t.call(res.stream, 'end', 'data: 3\n\n');
    t.call(res, 'write', 'data: 4\n\n', t.callback('late'));
    t.call(res, 'end', t.callback('ended'));
  }),
  'the stream of a response that has ended': serves((t, res) => {
    t.call(res, 'end', 'data: 1\n\n');
    t.call(res.stream, 'write', 'data: 2\n\n', t.callback('late'));
    setImmediate(() => t.call(res.stream, 'destroy'));
    res.on('close', () => {
      t.log(`${res.stream === undefined} ${res.socket === undefined}`);
      t.call(res.stream, 'write', 'data: 3\n\n', t.callback('later'));
    });
  }),
  'the socket of a response': serves((t, res) => {
    t.call(res, 'write', 'data: 1\n\n');
    t.log(`${res.socket === res.connection} ${res.socket.destroyed}`);
    for (const method of ['destroy', 'write', 'end', 'pause', 'emit']) {
      t.call({ get: () => typeof res.socket[method] }, 'get');
    }
    t.call(res, 'end');
    res.on('close', () => t.log(typeof res.socket));
  }),
  assignSocket: serves((t, res) => {
    t.call(res, 'assignSocket', {});
    t.call(res, 'detachSocket', {});
    t.call(res, 'end', 'data: 1\n\n');
  }),
  'a handler that throws': serves((t, res) => {
    t.call(res, 'write', 'data: 1\n\n');
    process.once('uncaughtException', () => t.call(res, 'end'));
    throw new RangeError('by the application');
  }),
  'a handler that rejects': serves(async (t, res) => {
    t.call(res, 'write', 'data: 1\n\n');
    setImmediate(() => t.call(res, 'end'));
    await Promise.reject(new RangeError('by the application'));
  }),
  'a handler that rejects, on a server that catches it': serves(
    async (t, res) => {
      t.call(res, 'write', 'data: 1\n\n');
      setImmediate(() => res.stream.destroy());
      await Promise.reject(new RangeError('by the application'));
    },
    {},
    { captureRejections: true },
  ),
  'a handler that rejects before the headers, caught': serves(
    (_t, res) => {
      setImmediate(() => res.stream.destroy());
      return Promise.reject(new RangeError('by the application'));
    },
    {},
    { captureRejections: true },
  ),
};

/** Does what compressing middlewares do. */
function compress(res, t) {
  const { write, end } = res;
  const gzip = createGzip();
  t.watch(gzip, 'gzip');
  gzip.on('data', (chunk) => write.call(res, chunk));
  gzip.on('end', () => end.call(res));
  res.setHeader('Content-Encoding', 'gzip');
  res.write = (...args) => gzip.write(...args);
  res.end = (...args) => gzip.end(...args);
}

const replaced = {
  'write and end are replaced': (t) =>
    t.exchange((_req, res) => {
      for (const method of ['write', 'end']) {
        const original = res[method];
        res[method] = function (...args) {
          t.log(`own ${method} with ${args.length}`);
          return original.apply(this, args);
        };
      }
      t.call(res, 'setHeader', 'Content-Type', t.type);
      t.call(res, 'write', 'data: 1\n\n', t.callback('written'));
      t.call(res, 'end', 'data: 2\n\n', 'utf8', t.callback('ended'));
      t.call(res, 'end');
    }),
  'write is replaced while it streams': serves((t, res) => {
    t.call(res, 'write', 'data: 0\n\n');
    res.write = (...args) => {
      t.log('own write');
      return Object.getPrototypeOf(res).write.apply(res, args);
    };
    t.call(res, 'write', 'data: 1\n\n');
    delete res.write;
    t.call(res, 'end', 'data: 2\n\n');
  }),
  'a replaced write that throws': (t) =>
    t.exchange((_req, res) => {
      res.write = () => {
        throw new RangeError('by the middleware');
      };
      t.call(res, 'setHeader', 'Content-Type', t.type);
      t.call(res, 'write', 'data: 1\n\n');
      t.call(res, 'end');
    }),
  'write of the stream is replaced': serves((t, res) => {
    const { stream } = res;
    const { write } = stream;
    stream.write = function (...args) {
      t.log('own write of the stream');
      return write.apply(this, args);
    };
    t.call(res, 'write', 'data: 1\n\n', t.callback('written'));
    t.call(res, 'end', 'data: 2\n\n');
  }),
  'a compressing middleware': (t) =>
    t.exchange((_req, res) => {
      compress(res, t);
      t.call(res, 'setHeader', 'Content-Type', t.type);
      t.call(res, 'write', 'data: 1\n\n', t.callback('first'));
      t.call(res, 'write', Buffer.from('data: 2\n\n'));
      t.call(res, 'end', 'data: 3\n\n', t.callback('ended'));
    }),
};

const others = {
  'setTimeout with a listener': serves((t, res) => {
    t.call(res, 'write', 'data: 1\n\n');
    t.call(res, 'setTimeout', 20, () => t.call(res, 'end', 'data: 2\n\n'));
  }),
  'setTimeout without a listener': serves((t, res, req) => {
    t.call(res, 'write', 'data: 1\n\n');
    t.call(res, 'setTimeout', 10);
    t.call(req, 'setTimeout', 20, () => t.call(res, 'end'));
  }),
  'Expect: 100-continue': serves(
    (t, res) => t.call(res, 'end', 'data: 1\n\n'),
    {
      expect: '100-continue',
    },
  ),
  'any other expectation': serves((t, res) => t.call(res, 'end'), {
    expect: 'miracles',
  }),
  'Expect: 100-continue, answered by hand': async (t) => {
    const server = await t.serve(() => t.log('not asked'));
    server.on('checkContinue', (_req, res) => {
      t.watch(res, 'res');
      t.call(res, 'writeContinue');
      t.call(res, 'setHeader', 'Content-Type', t.type);
      t.call(res, 'write', 'data: 1\n\n');
      t.call(res, 'end');
    });
    await t.askOnce(server, { expect: '100-continue' });
  },
};

export const programs = onHttp2({ ...sent, ...replaced, ...others });
