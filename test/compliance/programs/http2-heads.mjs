import { onHttp2 } from '../http2.mjs';

// Heads of the compatibility API.

/** A program that makes its head in one way, then writes and ends. */
const sends = (makeHead) => (t) =>
  t.exchange((_req, res) => {
    makeHead(t, res);
    t.state(res);
    t.call(res, 'write', 'data: 1\n\n');
    t.state(res);
    t.call(res, 'end', 'data: 2\n\n');
    t.state(res);
    // Some heads cannot be sent at all.
    if (!res.writableEnded) t.call(res.stream, 'destroy');
  });

/** A program that sets headers one by one. */
const sets = (setMore) =>
  sends((t, res) => {
    t.call(res, 'setHeader', 'Content-Type', t.type);
    setMore?.(t, res);
  });

/** A program that only calls writeHead, with what follows the status code. */
const writes = (argsOf) =>
  sends((t, res) => t.call(res, 'writeHead', 200, ...argsOf(t.type)));

const writtenHeads = {
  'writeHead takes an object': writes((type) => [
    { 'Content-Type': type, 'X-List': ['a', 'b'], 'X-Number': 1 },
  ]),
  'writeHead takes names in any case': writes((type) => [
    { 'CONTENT-TYPE': type, 'cache-control': 'no-cache' },
  ]),
  'writeHead takes a flat array': writes((type) => [
    ['Content-Type', type, 'X-Twice', 'a', 'X-Twice', 'b'],
  ]),
  'writeHead takes pairs': writes((type) => [
    [
      ['Content-Type', type],
      ['X-Pair', 'a'],
    ],
  ]),
  'writeHead takes a status message': writes((type) => [
    'Fine',
    { 'Content-Type': type },
  ]),
  'writeHead takes null, then headers': writes((type) => [
    null,
    { 'Content-Type': type },
  ]),
  'writeHead takes a list as content type': writes((type) => [
    { 'Content-Type': [type] },
  ]),
  'writeHead takes no headers': writes(() => []),
  'writeHead takes an array of odd length': writes((type) => [
    ['Content-Type', type, 'X-Odd'],
  ]),
  'writeHead takes an invalid header name': writes((type) => [
    { 'Content-Type': type, 'a b': '1' },
  ]),
  'writeHead takes an invalid header value': writes((type) => [
    { 'Content-Type': type, 'X-Bad': 'a\nb' },
  ]),
  'writeHead takes an undefined header value': writes((type) => [
    { 'Content-Type': type, 'X-Bad': undefined },
  ]),
  'writeHead takes a header of connections': writes((type) => [
    { 'Content-Type': type, Connection: 'keep-alive' },
  ]),
  'writeHead takes a pseudo-header': writes((type) => [
    { 'Content-Type': type, ':status': 201 },
  ]),
  'writeHead takes a length that is exceeded': writes((type) => [
    { 'Content-Type': type, 'Content-Length': '10' },
  ]),
  'writeHead comes twice': sends((t, res) => {
    t.call(res, 'writeHead', 200, { 'Content-Type': t.type });
    t.call(res, 'writeHead', 201, { 'Content-Type': t.type });
  }),
  'writeHead comes after write': sends((t, res) => {
    t.call(res, 'setHeader', 'Content-Type', t.type);
    t.call(res, 'write', 'data: 0\n\n');
    t.call(res, 'writeHead', 200);
    t.call(res, 'setHeader', 'X-Late', '1');
  }),
  'writeHead is called with each argument it may refuse': sends((t, res) => {
    for (const code of [0, 99, 1000, 'abc', undefined, null, {}, -1]) {
      t.call(res, 'writeHead', code, { 'Content-Type': t.type });
    }
  }),
};

const setHeads = {
  'setHeader, then write': sets(),
  'setHeader, then writeHead': sets((t, res) => {
    t.call(res, 'writeHead', 200);
  }),
  'setHeader, then writeHead with an object': sets((t, res) => {
    t.call(res, 'writeHead', 200, { 'X-A': '1' });
  }),
  'setHeader, then writeHead with another content type': sets((t, res) => {
    t.call(res, 'writeHead', 200, { 'content-type': 'text/plain' });
  }),
  'setHeader twice': sets((t, res) => {
    t.call(res, 'setHeader', 'content-type', 'text/plain');
    t.call(res, 'setHeader', 'content-type', t.type);
  }),
  'setHeader, then removeHeader': sets((t, res) => {
    t.call(res, 'removeHeader', 'Content-Type');
  }),
  'setHeader with what it refuses': sets((t, res) => {
    t.call(res, 'setHeader', 'X-Bad', undefined);
    t.call(res, 'setHeader', 'X-Bad', null);
    t.call(res, 'setHeader', 'X-Bad', 'a\nb');
    t.call(res, 'setHeader', 'a b', '1');
    t.call(res, 'setHeader', '', '1');
    t.call(res, 'setHeader', undefined, '1');
    t.call(res, 'setHeader', ':status', 200);
    t.call(res, 'setHeader', 'Connection', 'close');
    t.call(res, 'setHeader');
  }),
  'setHeader with a number and a list': sets((t, res) => {
    t.call(res, 'setHeader', 'X-Number', 1);
    t.call(res, 'setHeader', 'X-List', ['a', 'b']);
    t.call(res, 'setHeader', 'Content-Type', [t.type]);
  }),
  'setHeader with a content type that cannot be read': sets((t, res) => {
    const value = {
      toString() {
        throw new RangeError('by the application');
      },
    };
    t.call(res, 'setHeader', 'Content-Type', value);
    t.call(res, 'setHeader', 'Content-Type', t.type);
  }),
  'appendHeader, also with the content type': sends((t, res) => {
    t.call(res, 'appendHeader', 'X-A', '1');
    t.call(res, 'appendHeader', 'X-A', ['2', '3']);
    t.call(res, 'appendHeader', 'Content-Type', t.type);
  }),
  'headers that are asked for': sets((t, res) => {
    t.call(res, 'getHeader', 'Content-Type');
    t.call(res, 'getHeaders');
    t.call(res, 'getHeaderNames');
    t.call(res, 'hasHeader', 'content-type');
    t.call(res, 'flushHeaders');
    t.call(res, 'getHeader', 'content-type');
  }),
  flushHeaders: sets((t, res) => {
    t.call(res, 'flushHeaders');
    t.state(res);
    t.call(res, 'flushHeaders');
    t.call(res, 'setHeader', 'X-Late', '1');
    t.call(res, 'appendHeader', 'X-Late', '1');
    t.call(res, 'removeHeader', 'Content-Type');
  }),
  'flushHeaders after writeHead': sends((t, res) => {
    t.call(res, 'writeHead', 200, { 'Content-Type': t.type });
    t.call(res, 'flushHeaders');
  }),
  'status code and message as properties': sets((t, res) => {
    res.statusCode = 206;
    res.statusMessage = 'Some';
    t.log(res.statusMessage);
  }),
  'an invalid status code as property': sets((t, res) => {
    t.call(
      {
        set() {
          res.statusCode = 7;
        },
      },
      'set',
    );
  }),
  'a status that is an error': sets((_t, res) => {
    res.statusCode = 503;
  }),
  'no date': sets((t, res) => {
    res.sendDate = false;
    t.log(String(res.sendDate));
  }),
  'informational responses': sets((t, res) => {
    t.call(res, 'writeContinue');
    t.call(res, 'writeProcessing');
    t.call(res, 'writeEarlyHints', { link: '</a.css>; rel=preload' });
    t.call(res, 'writeEarlyHints', {});
    t.call(res, 'writeEarlyHints', 1);
    t.call(res, 'flushHeaders');
    t.call(res, 'writeContinue');
  }),
};

/** Answers in three steps, over two turns. */
const answers = (status) => (t) => answer(t, status);
function answer(t, status, headers) {
  return t.exchange((_req, res) => {
    t.call(res, 'setHeader', 'Content-Type', t.type);
    t.call(res, 'writeHead', status);
    t.call(res, 'write', 'data: 1\n\n', t.callback('written'));
    setImmediate(() => {
      t.call(res, 'write', 'data: 2\n\n', t.callback('written'));
      t.call(res, 'end', 'data: 3\n\n', t.callback('ended'));
      t.state(res);
    });
  }, headers);
}

const statuses = {
  'status 204': answers(204),
  'status 205': answers(205),
  'status 304': answers(304),
  'status 500': answers(500),
  HEAD: (t) => answer(t, 200, { ':method': 'HEAD' }),
  POST: (t) => answer(t, 200, { ':method': 'POST' }),
  'a request to resume': (t) => answer(t, 200, { 'last-event-id': '7' }),
  'a request without Accept': (t) => answer(t, 200, { accept: '*/*' }),
  'HEAD with end(chunk)': (t) =>
    t.exchange(
      (_req, res) => {
        t.call(res, 'setHeader', 'Content-Type', t.type);
        t.call(res, 'end', 'data: 1\n\n', t.callback('ended'));
      },
      { ':method': 'HEAD' },
    ),
};

export const programs = onHttp2({ ...writtenHeads, ...setHeads, ...statuses });
