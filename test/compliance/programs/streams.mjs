import { finished, pipeline, Readable, Transform } from 'node:stream';
import { pipeline as pipelinePromise } from 'node:stream/promises';
import { constants, createGzip } from 'node:zlib';
import { onBoth, onStreams } from '../tables.mjs';

const TEXTS = ['data: 1\n\n', 'data: 2\n\n', 'data: 3\n\n'];
const flushing = { flush: constants.Z_SYNC_FLUSH };

/** A program on a response that has its content type. */
const serves = (handle) => (t) =>
  t.exchange((req, res) => {
    t.call(res, 'setHeader', 'Content-Type', t.type);
    return handle(t, res, req);
  });

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

/** Watches a compressor, writes into it in some turns, and ends it. */
async function feed(t, gzip) {
  t.watch(gzip, 'gzip');
  for (const text of TEXTS) {
    t.call(gzip, 'write', text, t.callback('compressed'));
    await new Promise((resolve) => gzip.flush(resolve));
  }
  t.call(gzip, 'end', TEXTS[0], t.callback('compressor ended'));
}

const piped = onBoth({
  'a pipe': serves((t, res) => t.call(slowly(), 'pipe', res)),
  'a pipe after writeHead': (t) =>
    t.exchange((_req, res) => {
      t.call(res, 'writeHead', 200, { 'Content-Type': t.type });
      slowly().pipe(res);
    }),
  'a pipe that does not end': serves((t, res) => {
    const source = slowly();
    source.pipe(res, { end: false });
    source.on('end', () => t.call(res, 'end', TEXTS[0]));
  }),
  'a pipe that is taken off': serves(async (t, res) => {
    const source = slowly();
    source.pipe(res);
    await new Promise((resolve) => source.once('data', resolve));
    source.unpipe(res);
    source.resume();
    t.call(res, 'end', TEXTS[0]);
  }),
  'a pipe with more than fits': serves((_t, res) =>
    Readable.from(Array.from({ length: 200 }, () => 'x'.repeat(5000))).pipe(
      res,
    ),
  ),
  'a pipeline': serves((t, res) =>
    pipeline(slowly(), res, t.callback('pipeline')),
  ),
  'a pipeline with a source that fails': serves((t, res) =>
    pipeline(failing(), res, t.callback('pipeline')),
  ),
  'a pipeline of promises with a source that fails': serves((t, res) =>
    pipelinePromise(failing(), res).catch(t.callback('pipeline')),
  ),
  'a pipe with a source that fails': serves((t, res) => {
    failing()
      .on('error', (error) => t.call(res, 'destroy', error))
      .pipe(res);
  }),
  'a pipeline from a generator': serves((t, res) =>
    pipeline(
      TEXTS,
      async function* (source) {
        for await (const text of source) yield text.toUpperCase();
      },
      res,
      t.callback('pipeline'),
    ),
  ),
  'a pipeline that is aborted': serves(async (t, res) => {
    const controller = new AbortController();
    const source = new Readable({ read() {} });
    source.push(TEXTS[0]);
    const { signal } = controller;
    const outcome = pipelinePromise(source, res, { signal });
    await t.until('res1 emits pipe');
    setImmediate(() => controller.abort());
    await outcome.catch(t.callback('pipeline'));
  }),
  'finished, when it ends': serves((t, res) => {
    finished(res, t.callback('finished'));
    t.call(res, 'end', TEXTS[0]);
  }),
  'finished, when it is destroyed': serves((t, res) => {
    finished(res, t.callback('finished'));
    t.call(res, 'write', TEXTS[0]);
    setImmediate(() => t.call(res, 'destroy'));
  }),
});

const compressed = onStreams({
  'a compressor piped into the response': serves((t, res) => {
    t.call(res, 'setHeader', 'Content-Encoding', 'gzip');
    const gzip = createGzip(flushing);
    gzip.pipe(res);
    return feed(t, gzip);
  }),
  'a compressor piped before the headers are set': (t) =>
    t.exchange((_req, res) => {
      const gzip = createGzip(flushing);
      gzip.pipe(res);
      t.call(res, 'setHeader', 'Content-Encoding', 'gzip');
      t.call(res, 'setHeader', 'Content-Type', t.type);
      return feed(t, gzip);
    }),
  'a compressor piped after writeHead': (t) =>
    t.exchange((_req, res) => {
      t.call(res, 'writeHead', 200, {
        'Content-Type': t.type,
        'Content-Encoding': 'gzip',
      });
      const gzip = createGzip(flushing);
      gzip.pipe(res);
      return feed(t, gzip);
    }),
  'a pipeline through a compressor': serves((t, res) => {
    t.call(res, 'setHeader', 'Content-Encoding', 'gzip');
    pipeline(slowly(), createGzip(), res, t.callback('pipeline'));
  }),
  'a pipeline through a compressor that fails': serves((t, res) => {
    t.call(res, 'setHeader', 'Content-Encoding', 'gzip');
    pipeline(failing(), createGzip(flushing), res, t.callback('pipeline'));
  }),
  'a compressor that is given what it refuses': serves(async (t, res) => {
    t.call(res, 'setHeader', 'Content-Encoding', 'gzip');
    const gzip = t.call(createGzip(), 'on', 'error', t.callback('error'));
    gzip.pipe(res);
    t.watch(gzip, 'gzip');
    t.call(gzip, 'write', null);
    t.call(gzip, 'write', 1);
    t.call(gzip, 'end', t.callback('ended'));
    t.call(gzip, 'write', TEXTS[0], t.callback('late'));
    await t.until('gzip1 emits close');
    t.call(res, 'destroy');
  }),
  'a Transform with an encoding of its own': serves((t, res) => {
    t.call(res, 'setHeader', 'Content-Encoding', 'x-upper');
    const upper = new Transform({
      transform(chunk, _encoding, done) {
        done(null, String(chunk).toUpperCase());
      },
    });
    t.watch(upper, 'upper');
    slowly().pipe(upper).pipe(res);
  }),
  'a compressed stream read by fetch': async (t) => {
    const server = await t.serve((_req, res) => {
      t.call(res, 'setHeader', 'Content-Type', t.type);
      t.call(res, 'setHeader', 'Content-Encoding', 'gzip');
      t.call(res, 'setHeader', 'Connection', 'close');
      slowly().pipe(createGzip(flushing)).pipe(res);
    });
    const response = await fetch(`http://127.0.0.1:${server.address().port}`);
    t.log(await response.text());
  },
});

export const programs = { ...piped, ...compressed };
