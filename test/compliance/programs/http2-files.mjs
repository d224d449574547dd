import { closeSync, openSync, promises, statSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { onHttp2 } from '../http2.mjs';

// Files that streams answer with, and streams that a server pushes.

const FILE = fileURLToPath(new URL('../tables.mjs', import.meta.url));

/** A program on a raw stream. */
const serves = (handle, headers, options) => (t) =>
  t.exchangeStream(
    (stream) => {
      stream.on('error', t.callback('error'));
      return handle(t, stream);
    },
    headers,
    options,
  );

/** What a file's time and size are is no part of what is compared. */
const statCheck = (t) => (stat, headers, options) => {
  t.log(`statCheck ${stat.size > 0} ${t.showAll([options])}`);
  headers['x-checked'] = '1';
};

const files = {
  respondWithFile: serves((t, stream) => {
    const headers = { 'content-type': t.type };
    const options = { statCheck: statCheck(t) };
    t.call(stream, 'respondWithFile', FILE, headers, options);
    stream.on('close', () => t.state(stream));
  }),
  'respondWithFile, a part of it': serves((t, stream) => {
    const headers = { 'content-type': t.type };
    t.call(stream, 'respondWithFile', FILE, headers, { offset: 5, length: 9 });
  }),
  'respondWithFile that is not there': serves((t, stream) => {
    const headers = { 'content-type': t.type };
    t.call(stream, 'respondWithFile', `${FILE}.none`, headers, {
      onError: ({ code }) => {
        t.log(`onError ${code}`);
        t.call(stream, 'respond', { ':status': 404, 'content-type': t.type });
        t.call(stream, 'end', 'data: none\n\n');
      },
    });
  }),
  'respondWithFile that is not there, without onError': serves((t, stream) => {
    stream.removeAllListeners('error');
    stream.on('error', ({ code }) => t.log(`error ${code}`));
    t.call(stream, 'respondWithFile', '/none', { 'content-type': t.type });
  }),
  'respondWithFile whose check refuses': serves((t, stream) => {
    const headers = { 'content-type': t.type };
    t.call(stream, 'respondWithFile', FILE, headers, {
      statCheck() {
        stream.respond({ ':status': 304, 'content-type': t.type });
        return false;
      },
    });
  }),
  'respondWithFile, to HEAD': serves(
    (t, stream) => {
      t.call(stream, 'respondWithFile', FILE, { 'content-type': t.type });
      t.call(stream, 'respond', { 'content-type': t.type });
    },
    { ':method': 'HEAD' },
  ),
  'respondWithFile after respond': serves((t, stream) => {
    t.call(stream, 'respond', { 'content-type': t.type });
    t.call(stream, 'respondWithFile', FILE, { 'content-type': t.type });
    t.call(stream, 'respondWithFD', 0, { 'content-type': t.type });
    t.call(stream, 'end', 'data: 1\n\n');
  }),
  'respondWithFile, and trailers': serves((t, stream) => {
    const headers = { 'content-type': t.type };
    stream.on('wantTrailers', () =>
      t.call(stream, 'sendTrailers', { 'x-sum': '1' }),
    );
    t.call(stream, 'respondWithFile', FILE, headers, { waitForTrailers: true });
  }),
  respondWithFD: serves((t, stream) => {
    const fd = openSync(FILE);
    stream.on('close', () => closeSync(fd));
    const headers = { 'content-type': t.type };
    // Its number is the process's own affair.
    t.log(typeof stream.respondWithFD(fd, headers));
    t.state(stream);
  }),
  'respondWithFD takes a FileHandle': serves(async (t, stream) => {
    const handle = await promises.open(FILE);
    stream.on('close', () => handle.close());
    const headers = { 'content-length': statSync(FILE).size };
    t.call(stream, 'respondWithFD', handle, {
      ...headers,
      'content-type': t.type,
    });
  }),
  'respondWithFD takes what is none': serves((t, stream) => {
    t.call(stream, 'respondWithFD', 'text', { 'content-type': t.type });
    t.call(stream, 'respond', { 'content-type': t.type });
    t.call(stream, 'end');
  }),
};

/** A stream that pushes another one, and ends after it. */
const pushes = (handle, options) =>
  serves(
    (t, stream) => {
      t.call(stream, 'respond', { 'content-type': t.type });
      t.call(stream, 'pushStream', { ':path': '/a' }, (error, pushed, sent) => {
        t.callback('pushed')(error, typeof pushed, { ...sent });
        if (pushed === undefined || pushed === null) stream.end();
        else {
          t.watch(pushed, 'pushed');
          pushed.on('error', t.callback('error of the pushed'));
          pushed.on('close', () => stream.end('data: 3\n\n'));
          handle(t, pushed);
        }
      });
      t.call(stream, 'write', 'data: 0\n\n', t.callback('written'));
      if (!stream.pushAllowed) t.call(stream, 'end');
    },
    {},
    options,
  );

const pushed = {
  'pushStream, respond, writes': pushes((t, stream) => {
    t.call(stream, 'respond', { 'content-type': t.type });
    t.call(stream, 'write', 'data: 1\n\n', t.callback('pushed was written'));
    t.state(stream);
    t.call(stream, 'end', 'data: 2\n\n', t.callback('pushed has ended'));
  }),
  'pushStream, a write without respond': pushes((t, stream) => {
    t.call(stream, 'write', 'data: 1\n\n');
    t.call(stream, 'end');
  }),
  'pushStream, respondWithFile': pushes((t, stream) => {
    t.call(stream, 'respondWithFile', FILE, { 'content-type': t.type });
  }),
  'pushStream, close': pushes((t, stream) => {
    t.call(stream, 'respond', { 'content-type': t.type });
    t.call(stream, 'write', 'data: 1\n\n');
    t.call(stream, 'close', 8);
  }),
  'pushStream, pushStream': pushes((t, stream) => {
    t.call(stream, 'pushStream', { ':path': '/b' }, t.callback('nested'));
    t.call(stream, 'respond', { 'content-type': t.type });
    t.call(stream, 'end');
  }),
  'pushStream, refused by the client': pushes(() => {}, {
    client: { settings: { enablePush: false } },
  }),
  'pushStream with what it refuses': serves((t, stream) => {
    t.call(stream, 'pushStream', { ':path': '/a' });
    t.call(stream, 'pushStream', 'text', t.callback('text'));
    t.call(stream, 'respond', { 'content-type': t.type });
    t.call(stream, 'end', 'data: 1\n\n');
  }),
};

export const programs = onHttp2({ ...files, ...pushed });
