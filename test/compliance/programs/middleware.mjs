import { ServerResponse } from 'node:http';
import { PassThrough, Writable } from 'node:stream';
import { constants, createGzip } from 'node:zlib';
import { onBoth, onStreams } from '../tables.mjs';

/** Four texts in the ways that an application sends them. */
async function stream(t, res) {
  t.call(res, 'setHeader', 'Content-Type', t.type);
  t.call(res, 'write', 'data: 1\n\n');
  t.call(res, 'write', Buffer.from('data: 2\n\n'), t.callback('second'));
  await new Promise(setImmediate);
  t.call(res, 'write', 'ZGF0YTogMwoK', 'base64', t.callback('third'));
  t.call(res, 'end', 'data: 4\n\n', t.callback('ended'));
  t.call(res, 'end');
}

/** Replaces methods of a response by such that tell of their calls. */
function wrap(t, res, methods) {
  for (const method of methods) {
    const original = res[method];
    res[method] = function (...args) {
      t.log(`own ${method} with ${args.length}`);
      return original.apply(this, args);
    };
  }
}

/** Does what compressing middlewares do. */
function compress(t, res) {
  const { write, end, on } = res;
  const held = [];
  let gzip;
  const start = () => {
    res.setHeader('Content-Encoding', 'gzip');
    res.removeHeader('Content-Length');
    gzip = createGzip({ flush: constants.Z_SYNC_FLUSH });
    t.watch(gzip, 'gzip');
    for (const [event, listener] of held) gzip.on(event, listener);
    gzip.on('data', (chunk) => {
      if (write.call(res, chunk) === false) gzip.pause();
    });
    on.call(res, 'drain', () => gzip.resume());
    gzip.on('end', () => end.call(res));
  };
  res.on = (event, listener) => {
    if (event !== 'drain') return on.call(res, event, listener);
    if (gzip === undefined) held.push([event, listener]);
    else gzip.on(event, listener);
    return res;
  };
  res.write = (chunk, encoding) => {
    if (gzip === undefined) start();
    return gzip.write(Buffer.from(chunk, encoding));
  };
  res.end = (chunk, encoding) => {
    if (gzip === undefined) start();
    return chunk ? gzip.end(Buffer.from(chunk, encoding)) : gzip.end();
  };
  res.flush = (done) => gzip?.flush(done);
}

const wraps =
  (...methods) =>
  (t) =>
    t.exchange((_req, res) => {
      wrap(t, res, methods);
      return stream(t, res);
    });

const replaced = onBoth({
  'write and end are replaced': wraps('write', 'end'),
  'write is replaced': wraps('write'),
  'end is replaced': wraps('end'),
  'all is replaced': wraps(
    'writeHead',
    'setHeader',
    'flushHeaders',
    'write',
    'end',
  ),
  'write and end are replaced twice': (t) =>
    t.exchange((_req, res) => {
      wrap(t, res, ['write', 'end']);
      wrap(t, res, ['write', 'end']);
      return stream(t, res);
    }),
  'write and end are replaced once the content type is set': (t) =>
    t.exchange((_req, res) => {
      t.call(res, 'setHeader', 'Content-Type', t.type);
      wrap(t, res, ['write', 'end']);
      return stream(t, res);
    }),
  'write is replaced while it streams': (t) =>
    t.exchange((_req, res) => {
      t.call(res, 'setHeader', 'Content-Type', t.type);
      t.call(res, 'write', 'data: 0\n\n');
      wrap(t, res, ['write', 'end']);
      t.call(res, 'write', 'data: 1\n\n');
      delete res.write;
      t.call(res, 'write', 'data: 2\n\n');
      t.call(res, 'end');
    }),
  'write is replaced, and taken off again': (t) =>
    t.exchange((_req, res) => {
      wrap(t, res, ['write', 'end']);
      t.call(res, 'setHeader', 'Content-Type', t.type);
      t.call(res, 'write', 'data: 1\n\n');
      delete res.write;
      delete res.end;
      t.call(res, 'write', 'data: 2\n\n');
      t.call(res, 'end');
    }),
  'a head is written late, as on-headers does': (t) =>
    t.exchange((_req, res) => {
      const { writeHead } = res;
      res.writeHead = function (...args) {
        res.setHeader('X-Late', '1');
        t.call(res, 'setHeader', 'Content-Type', t.type);
        return writeHead.apply(this, args);
      };
      t.call(res, 'write', 'data: 1\n\n', t.callback('written'));
      t.call(res, 'end');
    }),
  'write cannot be written': (t) =>
    t.exchange((_req, res) => {
      const value = (...args) => {
        t.log('own write');
        return ServerResponse.prototype.write.apply(res, args);
      };
      Object.defineProperty(res, 'write', { value });
      return stream(t, res);
    }),
  'write is a getter': (t) =>
    t.exchange((_req, res) => {
      const { write } = res;
      Object.defineProperty(res, 'write', { get: () => write });
      return stream(t, res);
    }),
  'a replaced write that throws': (t) =>
    t.exchange((_req, res) => {
      res.write = () => {
        throw new RangeError('by the middleware');
      };
      return stream(t, res);
    }),
});

const compressed = onBoth({
  'a compressing middleware': (t) =>
    t.exchange((_req, res) => {
      compress(t, res);
      res.on('drain', t.callback('drain'));
      return stream(t, res);
    }),
  'a compressing middleware, and a pipe': (t) =>
    t.exchange((_req, res) => {
      compress(t, res);
      t.call(res, 'setHeader', 'Content-Type', t.type);
      const source = new PassThrough();
      source.pipe(res);
      source.write('data: 1\n\n');
      source.end('data: 2\n\n');
    }),
  'a compressing middleware, and a client that leaves': async (t) => {
    const server = await t.serve((_req, res) => {
      compress(t, res);
      res.on('close', () => t.call(res, 'end'));
      t.call(res, 'setHeader', 'Content-Type', t.type);
      t.call(res, 'write', 'data: 1\n\n');
      t.call(res, 'flush', t.callback('flushed'));
    });
    const client = await t.connect(server, { isHeard: false });
    client.socket.write(t.request());
    await t.until('callback flushed');
    client.socket.destroy();
    await t.until('gzip1 emits finish');
  },
});

/** How many responses a source that lives long is piped into. */
const RESPONSES = 20_000;

const unusual = onStreams({
  'a response without a server, on any stream': async (t) => {
    const wire = new PassThrough();
    const res = new ServerResponse({
      method: 'GET',
      headers: {},
      rawHeaders: [],
      httpVersionMajor: 1,
      httpVersionMinor: 1,
    });
    t.watch(res, 'res');
    t.call(res, 'assignSocket', wire);
    wire._httpMessage = res;
    await stream(t, res);
    t.log(String(wire.read()).replace(/Date: .*/, 'Date: *'));
  },
  'a response without a socket': async (t) => {
    const res = new ServerResponse({
      method: 'GET',
      headers: {},
      rawHeaders: [],
    });
    t.watch(res, 'res');
    await stream(t, res);
    t.state(res);
  },
  'a response as a web stream': (t) =>
    t.exchange(async (_req, res) => {
      t.call(res, 'setHeader', 'Content-Type', t.type);
      const writer = t.call(Writable, 'toWeb', res)?.getWriter();
      await writer?.write('data: 1\n\n');
      await writer?.close();
      t.call(res, 'end');
    }),
  'a source that outlives the responses it is piped into': async (t) => {
    const source = new PassThrough();
    for (let i = 0; i < RESPONSES; i++) {
      const res = new ServerResponse({
        method: 'GET',
        headers: {},
        rawHeaders: [],
      });
      res.setHeader('Content-Type', t.type);
      res.setHeader('Content-Encoding', 'gzip');
      source.pipe(res);
      source.unpipe(res);
    }
    t.call(source, 'write', 'data: 1\n\n', t.callback('written'));
    t.call(source, 'end', t.callback('ended'));
  },
});

export const programs = { ...replaced, ...compressed, ...unusual };
