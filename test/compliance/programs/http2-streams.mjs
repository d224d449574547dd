import { onHttp2 } from '../http2.mjs';

// Raw streams: how they begin, and what they take besides data.

/** A program that makes its head in one way, then writes and ends. */
const sends = (makeHead, headers, options) => (t) =>
  t.exchangeStream(
    (stream) => {
      stream.on('error', t.callback('error'));
      makeHead(t, stream);
      t.state(stream);
      t.call(stream, 'write', 'data: 1\n\n', t.callback('written'));
      setImmediate(() => {
        t.state(stream);
        t.call(stream, 'end', 'data: 2\n\n', t.callback('ended'));
        t.state(stream);
        // What cannot be sent at all is over.
        if (!stream.headersSent) t.call(stream, 'destroy');
      });
    },
    headers,
    options,
  );

/** A program that only calls respond. */
const responds = (argsOf, headers) =>
  sends((t, stream) => t.call(stream, 'respond', ...argsOf(t.type)), headers);

const heads = {
  'respond takes an object': responds((type) => [
    { ':status': 200, 'content-type': type, 'x-list': ['a', 'b'], 'x-n': 1 },
  ]),
  'respond takes names in any case': responds((type) => [
    { 'CONTENT-TYPE': type },
  ]),
  'respond takes a raw array where it may': responds((type) => [
    [':status', '200', 'content-type', type, 'x-twice', 'a', 'x-twice', 'b'],
  ]),
  'respond takes a raw array without a status': responds((type) => [
    ['Content-Type', type],
  ]),
  'respond takes a raw array of odd length': responds((type) => [
    [':status', '200', 'content-type', type, 'x-odd'],
    { sendDate: false },
  ]),
  'respond takes pairs': responds((type) => [[['content-type', type]]]),
  'respond takes a raw array, to HEAD': responds(
    (type) => [[':status', '200', 'content-type', type]],
    { ':method': 'HEAD' },
  ),
  'respond takes an object without a prototype': responds((type) => [
    Object.assign(Object.create(null), { 'content-type': type }),
  ]),
  'respond takes inherited headers': responds((type) => [
    Object.create({ 'content-type': type }),
  ]),
  'respond takes a list as content type': responds((type) => [
    { 'content-type': [type] },
  ]),
  'respond takes two content types': responds((type) => [
    { 'content-type': [type, 'text/plain'] },
  ]),
  'respond takes a content type that cannot be read twice': responds((type) => {
    let reads = 0;
    return [
      {
        get 'content-type'() {
          return reads++ === 0 ? type : 'text/plain';
        },
      },
    ];
  }),
  'respond takes a date of its own': responds((type) => [
    { 'content-type': type, date: 'Thu, 01 Jan 1970 00:00:00 GMT' },
    { sendDate: false },
  ]),
  'respond takes no date': responds((type) => [
    { 'content-type': type },
    { sendDate: false },
  ]),
  'respond takes sensitive headers': responds((type) => [
    {
      'content-type': type,
      'x-secret': '1',
      [Symbol.for('nodejs.http2.sensitiveHeaders')]: ['x-secret'],
    },
  ]),
  'respond takes endStream': responds((type) => [
    { 'content-type': type },
    { endStream: true },
  ]),
  'respond takes nothing': responds(() => []),
  'respond takes null': responds(() => [null]),
  'respond takes a string': responds(() => ['text']),
  'respond takes options that are none': responds((type) => [
    { 'content-type': type },
    'text',
  ]),
  'respond takes an invalid header name': responds((type) => [
    { 'content-type': type, 'a b': '1' },
  ]),
  'respond takes an invalid header value': responds((type) => [
    { 'content-type': type, 'x-bad': 'a\nb' },
  ]),
  'respond takes a header of connections': responds((type) => [
    { 'content-type': type, connection: 'close' },
  ]),
  'respond takes a pseudo-header of requests': responds((type) => [
    { 'content-type': type, ':path': '/' },
  ]),
  'respond takes a single header twice': responds((type) => [
    { 'content-type': type, 'Content-Type': type },
  ]),
  'respond takes a frozen object': responds((type) => [
    Object.freeze({ 'content-type': type }),
    Object.freeze({}),
  ]),
  'respond takes each status': sends((t, stream) => {
    for (const status of [0, 99, 100, 101, 199, 600, 'abc', null, {}, -1]) {
      t.call(stream, 'respond', { ':status': status, 'content-type': t.type });
    }
  }),
  'respond to HEAD': responds((type) => [{ 'content-type': type }], {
    ':method': 'HEAD',
  }),
  ...Object.fromEntries(
    [204, 205, 304, 500, 503].map((status) => [
      `respond with ${status}`,
      responds((type) => [{ ':status': status, 'content-type': type }]),
    ]),
  ),
  'respond twice': sends((t, stream) => {
    t.call(stream, 'respond', { 'content-type': t.type });
    t.call(stream, 'respond', { 'content-type': 'text/plain' });
  }),
  'respond changes nothing of what it is given': sends((t, stream) => {
    const headers = { 'content-type': t.type };
    const options = {};
    t.call(stream, 'respond', headers, options);
    t.log(`${t.showAll([Reflect.ownKeys(headers), options])}`);
    t.log(String(stream.sentHeaders === headers));
  }),
  'no respond, a write': sends(() => {}),
  'no respond, an end': (t) =>
    t.exchangeStream((stream) => {
      t.call(stream, 'end', 'data: 1\n\n', t.callback('ended'));
      t.state(stream);
    }),
  additionalHeaders: sends((t, stream) => {
    t.call(stream, 'additionalHeaders', { ':status': 103, link: '</a>' });
    t.call(stream, 'additionalHeaders', { ':status': 102 });
    t.call(stream, 'additionalHeaders', { ':status': 200 });
    t.call(stream, 'respond', { 'content-type': t.type });
    t.call(stream, 'additionalHeaders', { ':status': 102 });
  }),
};

/** A program on a stream that waits for trailers. */
const trails = (send) => (t) =>
  t.exchangeStream((stream) => {
    stream.on('error', t.callback('error'));
    const headers = { 'content-type': t.type };
    t.call(stream, 'sendTrailers', { 'x-early': '1' });
    t.call(stream, 'respond', headers, { waitForTrailers: true });
    stream.on('wantTrailers', () => send(t, stream));
    t.call(stream, 'write', 'data: 1\n\n');
    t.call(stream, 'end', 'data: 2\n\n');
  });

const trailers = {
  sendTrailers: trails((t, stream) => {
    t.call(stream, 'sendTrailers', { 'x-sum': '1' });
    t.call(stream, 'sendTrailers', { 'x-sum': '2' });
    t.state(stream);
  }),
  'no trailers, but close': trails((t, stream) => t.call(stream, 'close')),
  'trailers that cannot be sent': trails((t, stream) => {
    t.call(stream, 'sendTrailers', { ':status': '1' });
    t.call(stream, 'sendTrailers', 'text');
    t.call(stream, 'close');
  }),
};

const others = {
  'a request with a body that is sent back': async (t) => {
    const server = await t.serveStreams((stream) => {
      t.call(stream, 'respond', { 'content-type': t.type });
      stream.pipe(stream);
    });
    const client = await t.connect(server);
    const headers = t.ask({ ':method': 'POST' });
    const { stream, closed } = client.request(headers, { endStream: false });
    stream.write('data: 1\n\n');
    stream.end('data: 2\n\n');
    await closed;
  },
  'three streams at once': async (t) => {
    const open = [];
    const server = await t.serveStreams((stream) => {
      t.call(stream, 'respond', { 'content-type': t.type });
      open.push(stream);
      if (open.length < 3) return;
      for (const each of open) t.call(each, 'write', 'data: 1\n\n');
      for (const each of open.reverse()) t.call(each, 'end', 'data: 2\n\n');
    });
    const client = await t.connect(server);
    const asked = [1, 2, 3].map(() => client.request(t.ask()));
    await Promise.all(asked.map(({ closed }) => closed));
  },
  'a raw stream beside the compatibility API': async (t) => {
    const server = await t.serve((_req, res) => {
      t.log(`${res.headersSent} ${res.statusCode}`);
      t.call(res, 'write', 'data: 2\n\n');
      t.call(res, 'end');
    });
    server.prependListener('stream', (stream) => {
      stream.respond({ 'content-type': t.type });
      stream.write('data: 1\n\n');
    });
    await t.askOnce(server);
  },
  'a session that serves streams itself': async (t) => {
    const server = await t.startServer();
    server.on('session', (session) => {
      session.prependListener('stream', (stream) => {
        t.watch(stream, 'stream');
        t.call(stream, 'respond', { 'content-type': t.type });
        t.call(stream, 'write', 'data: 1\n\n');
        t.call(stream, 'end');
      });
    });
    await t.askOnce(server);
  },
};

export const programs = onHttp2({ ...heads, ...trailers, ...others });
