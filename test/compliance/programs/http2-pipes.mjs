import { finished, PassThrough, pipeline, Readable } from 'node:stream';
import { pipeline as pipelinePromise } from 'node:stream/promises';
import { constants, createGzip } from 'node:zlib';
import { onHttp2 } from '../http2.mjs';

// Pipes into responses and streams, compressors, and readers that are slow.

const TEXTS = ['data: 1\n\n', 'data: 2\n\n', 'data: 3\n\n'];
const flushing = { flush: constants.Z_SYNC_FLUSH };
/** More than a client takes that does not read. */
const BIG = Buffer.alloc(256 * 1024, 'data: x\n\n');

/** Texts, each in a turn of its own. */
const slowly = () =>
  Readable.from(
    (async function* () {
      for (const text of TEXTS) {
        await new Promise(setImmediate);
        yield text;
      }
    })(),
  );

const failing = () =>
  Readable.from(
    (async function* () {
      yield TEXTS[0];
      await new Promise(setImmediate);
      throw new RangeError('the source failed');
    })(),
  );

const begins = {
  response: (t, handle, headers) => (req, res) => {
    t.call(res, 'setHeader', 'Content-Type', t.type);
    for (const [name, value] of headers) t.call(res, 'setHeader', name, value);
    return handle(t, res, res.stream, req);
  },
  stream: (t, handle, headers) => (stream) => {
    stream.on('error', t.callback('error'));
    const all = { 'content-type': t.type, ...Object.fromEntries(headers) };
    t.call(stream, 'respond', all);
    return handle(t, stream, stream, stream);
  },
};

/** Handlers of what is open, for responses and for streams. */
function onEither(table, { headers = [], isSlow = false } = {}) {
  const programs = Object.entries(table).flatMap(([name, handle]) =>
    Object.entries(begins).map(([kind, begin]) => [
      `${kind}: ${name}`,
      async (t) => {
        const serve = kind === 'stream' ? t.serveStreams : t.serve;
        let isServed;
        const served = new Promise((resolve) => {
          isServed = resolve;
        });
        const listener = begin(t, handle, headers);
        const server = await serve(async (...args) => {
          await listener(...args);
          for (let i = 0; i < 3; i++) await new Promise(setImmediate);
          isServed();
        });
        const client = await t.connect(server);
        const asked = client.request(t.ask(), { isPaused: isSlow });
        asked.stream.end();
        await served;
        if (isSlow) asked.read();
        await asked.closed;
      },
    ]),
  );
  return Object.fromEntries(programs);
}

const piped = {
  'a pipe': (t, out) => t.call(slowly(), 'pipe', out) && undefined,
  'a pipe that does not end': (t, out) => {
    const source = slowly();
    source.pipe(out, { end: false });
    source.on('end', () => t.call(out, 'end', TEXTS[0]));
  },
  'a pipe that is taken off': async (t, out) => {
    const source = slowly();
    source.pipe(out);
    await new Promise((resolve) => source.once('data', resolve));
    source.unpipe(out);
    source.resume();
    t.call(out, 'end', TEXTS[0]);
  },
  'a pipe with more than fits': (_t, out) => {
    Readable.from(Array.from({ length: 50 }, () => 'x'.repeat(5000))).pipe(out);
  },
  'a pipeline': (t, out) => {
    pipeline(slowly(), out, t.callback('pipeline'));
  },
  'a pipeline with a source that fails': (t, out) => {
    pipeline(failing(), out, t.callback('pipeline'));
  },
  'a pipeline of promises with a source that fails': (t, out, stream) => {
    pipelinePromise(failing(), out).catch((error) => {
      t.callback('pipeline')(error);
      stream.destroy();
    });
  },
  'a pipe with a source that fails': (t, out, stream) => {
    failing()
      .on('error', (error) => t.call(stream, 'destroy', error))
      .pipe(out);
    stream.on('error', t.callback('error of the stream'));
  },
  'a pipeline from a generator': (t, out) => {
    const upper = async function* (source) {
      for await (const text of source) yield text.toUpperCase();
    };
    pipeline(TEXTS, upper, out, t.callback('pipeline'));
  },
  'finished, when it ends': (t, out) => {
    finished(out, t.callback('finished'));
    t.call(out, 'end', TEXTS[0]);
  },
  'finished, when it is destroyed': (t, out, stream) => {
    finished(out, t.callback('finished'));
    t.call(out, 'write', TEXTS[0]);
    setImmediate(() => t.call(stream, 'destroy'));
  },
};

/** A compressor works on a thread of its own: each text is waited for. */
async function feed(t, gzip) {
  t.watch(gzip, 'gzip');
  for (const text of TEXTS) {
    t.call(gzip, 'write', text, t.callback('compressed'));
    await new Promise((resolve) => gzip.flush(resolve));
  }
  t.call(gzip, 'end', TEXTS[0]);
}

const compressed = {
  'a compressor piped in': (t, out) => {
    const gzip = createGzip(flushing);
    gzip.pipe(out);
    return feed(t, gzip);
  },
  'a pipeline from a compressor': (t, out) => {
    const gzip = createGzip(flushing);
    pipeline(gzip, out, t.callback('pipeline'));
    return feed(t, gzip);
  },
  'a source that outlives what it is piped into': (t, out, stream) => {
    const source = new PassThrough();
    source.pipe(out);
    t.call(source, 'write', TEXTS[0]);
    stream.once('close', () => {
      t.log(
        Object.keys(source)
          .filter((key) => /write|end/.test(key))
          .join(),
      );
      t.call(source, 'write', TEXTS[1], t.callback('late'));
      t.call(source, 'end', t.callback('ended'));
    });
    setImmediate(() => t.call(stream, 'close', 0));
  },
};

const slow = {
  'a write that is refused, drain, an end': (t, out) => {
    out.once('drain', () => {
      t.state(out);
      t.call(out, 'end', 'data: end\n\n');
    });
    t.call(out, 'write', BIG, t.callback('big'));
    t.state(out);
  },
  'writes after a refusal': (t, out) => {
    t.call(out, 'write', BIG, t.callback('big'));
    t.call(out, 'write', 'data: 1\n\n', t.callback('first'));
    t.call(out, 'write', 'data: 2\n\n');
    out.once('drain', () => {
      t.call(out, 'write', 'data: 3\n\n', t.callback('third'));
      t.call(out, 'end');
    });
  },
  'an end while blocked': (t, out) => {
    t.call(out, 'write', BIG);
    t.call(out, 'end', 'data: end\n\n', t.callback('ended'));
    t.state(out);
  },
  'many writes in a tick, drain, as many again': (t, out) => {
    const text = `data: ${'x'.repeat(1000)}\n\n`;
    const writeAll = () => {
      for (let i = 0; i < 100; i++) t.call(out, 'write', text, t.callback(i));
    };
    writeAll();
    out.once('drain', () => {
      writeAll();
      out.once('drain', () => t.call(out, 'end'));
    });
  },
  'a pipe that has to wait': (_t, out) => {
    Readable.from([BIG, BIG, Buffer.from('data: end\n\n')]).pipe(out);
  },
  'no listeners are left while blocked': (t, out, stream) => {
    t.call(out, 'write', BIG);
    stream.removeAllListeners('drain');
    t.call(out, 'write', 'data: 1\n\n', t.callback('first'));
    setImmediate(() => t.call(out, 'end'));
  },
  'destroyed while blocked': (t, out, stream) => {
    t.call(out, 'write', BIG, t.callback('big'));
    t.call(out, 'write', 'data: 1\n\n', t.callback('first'));
    t.call(stream, 'destroy');
  },
  'closed while blocked': (t, out, stream) => {
    t.call(out, 'write', BIG, t.callback('big'));
    t.call(stream, 'close', 8);
    t.call(out, 'write', 'data: 1\n\n', t.callback('first'));
    // Node waits for what the client does not read.
    setImmediate(() => t.call(stream, 'destroy'));
  },
};

export const programs = onHttp2({
  ...onEither(piped),
  ...onEither(compressed, { headers: [['content-encoding', 'gzip']] }),
  ...onEither(slow, { isSlow: true }),
});
