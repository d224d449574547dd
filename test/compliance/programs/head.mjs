import { onBoth, onStreams } from '../tables.mjs';

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
    if (!res.writableEnded) t.call(res, 'destroy');
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

const writtenHeads = onBoth({
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
  'writeHead takes a status message and a flat array': writes((type) => [
    'Fine',
    ['Content-Type', type],
  ]),
  'writeHead takes null, then headers': writes((type) => [
    null,
    { 'Content-Type': type },
  ]),
  'writeHead takes a list as content type': writes((type) => [
    { 'Content-Type': [type] },
  ]),
  'writeHead takes a null object': writes((type) => [
    Object.assign(Object.create(null), { 'Content-Type': type }),
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
  'writeHead takes an invalid status message': writes((type) => [
    'a\nb',
    { 'Content-Type': type },
  ]),
  'writeHead takes a length': writes((type) => [
    { 'Content-Type': type, 'Content-Length': '18' },
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
  'writeHeader is writeHead where there is one': sends((t, res) =>
    t.call(res, 'writeHeader', 200, { 'Content-Type': t.type }),
  ),
  'writeHead is called with each argument it may refuse': sends((t, res) => {
    for (const code of [0, 99, 1000, 'abc', undefined, null, {}, -1]) {
      t.call(res, 'writeHead', code, { 'Content-Type': t.type });
    }
  }),
  'writeHead takes a code that is almost one': sends((t, res) =>
    t.call(res, 'writeHead', '200.7', { 'Content-Type': t.type }),
  ),
});

const setHeads = onBoth({
  'setHeader, then write': sets(),
  'setHeader, then writeHead': sets((t, res) => {
    t.call(res, 'writeHead', 200);
  }),
  'setHeader, then writeHead with an object': sets((t, res) => {
    t.call(res, 'writeHead', 200, { 'X-A': '1' });
  }),
  'setHeader, then writeHead with a flat array': sets((t, res) => {
    t.call(res, 'setHeader', 'X-A', '0');
    t.call(res, 'writeHead', 200, ['X-A', '1', 'X-A', '2']);
  }),
  'setHeader, then writeHead with pairs': sets((t, res) => {
    t.call(res, 'writeHead', 200, [['X-A', '1']]);
    t.call(res, 'writeHead', 200, [
      ['X-A', '1'],
      ['X-B', '2'],
    ]);
  }),
  'setHeader, then writeHead with another content type': sets((t, res) => {
    t.call(res, 'writeHead', 200, { 'content-type': 'text/plain' });
  }),
  'setHeader twice': sets((t, res) => {
    t.call(res, 'setHeader', 'content-type', 'text/plain');
    t.call(res, 'setHeader', 'content-type', t.type);
  }),
  'setHeader, then removeHeader': sets((t, res) => {
    t.call(res, 'removeHeader', 'content-type');
  }),
  'setHeader with what it refuses': sets((t, res) => {
    t.call(res, 'setHeader', 'X-Bad', undefined);
    t.call(res, 'setHeader', 'X-Bad', 'a\nb');
    t.call(res, 'setHeader', 'a b', '1');
    t.call(res, 'setHeader', '', '1');
    t.call(res, 'setHeader', undefined, '1');
    t.call(res, 'setHeader', { toLowerCase: () => 'x' }, '1');
    t.call(res, 'setHeader', 'Content-Type', `${t.type}\n`);
    t.call(res, 'setHeader');
  }),
  'setHeader with a number, a list, an object': sets((t, res) => {
    t.call(res, 'setHeader', 'X-Number', 1);
    t.call(res, 'setHeader', 'X-List', ['a', 'b']);
    t.call(res, 'setHeader', 'X-Object', { toString: () => 'text' });
    t.call(res, 'setHeader', 'Content-Type', [t.type]);
  }),
  'setHeaders with Headers': sends((t, res) => {
    const headers = new Headers({ 'Content-Type': t.type, 'X-A': '1' });
    headers.append('set-cookie', 'a=1');
    headers.append('set-cookie', 'b=2');
    t.call(res, 'setHeaders', headers);
  }),
  'setHeaders with a Map': sends((t, res) => {
    t.call(res, 'setHeaders', new Map([['Content-Type', t.type]]));
  }),
  'setHeaders with what it refuses': sets((t, res) => {
    t.call(res, 'setHeaders', { 'X-A': '1' });
    t.call(res, 'setHeaders', new Map([['a b', '1']]));
  }),
  'appendHeader, also with the content type': sends((t, res) => {
    t.call(res, 'appendHeader', 'X-A', '1');
    t.call(res, 'appendHeader', 'X-A', ['2', '3']);
    t.call(res, 'appendHeader', 'Content-Type', t.type);
  }),
  flushHeaders: sets((t, res) => {
    t.call(res, 'flushHeaders');
    t.state(res);
    t.call(res, 'flushHeaders');
    t.call(res, 'setHeader', 'X-Late', '1');
    t.call(res, 'appendHeader', 'X-Late', '1');
    t.call(res, 'setHeaders', new Map([['X-Late', '1']]));
    t.call(res, 'removeHeader', 'Content-Type');
  }),
  'flushHeaders after writeHead': sends((t, res) => {
    t.call(res, 'writeHead', 200, { 'Content-Type': t.type });
    t.call(res, 'flushHeaders');
  }),
  'status code and message as properties': sets((_t, res) => {
    res.statusCode = 206;
    res.statusMessage = 'Some';
  }),
  'an invalid status code as property': sets((_t, res) => {
    res.statusCode = 7;
  }),
  'a status that is an error': sets((_t, res) => {
    res.statusCode = 503;
  }),
  'no chunked encoding': sets((_t, res) => {
    res.useChunkedEncodingByDefault = false;
    res.sendDate = false;
  }),
});

export const programs = {
  ...writtenHeads,
  ...setHeads,
  ...onStreams({
    'any other answer to a request for an event stream': (t) =>
      t.exchange((_req, res) => {
        t.call(res, 'writeHead', 503, { 'Content-Type': 'text/plain' });
        t.call(res, 'end', 'busy');
      }),
    'no answer to a request for an event stream': (t) =>
      t.exchange((_req, res) => t.call(res, 'destroy')),
  }),
};
