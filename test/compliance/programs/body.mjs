import { onBoth } from '../tables.mjs';

/** A program on a response that has its content type. */
const serves = (handle) => (t) =>
  t.exchange((req, res) => {
    t.call(res, 'setHeader', 'Content-Type', t.type);
    return handle(t, res, req);
  });

/** The same write as the first of a response, the second, and in the next tick. */
const writes = (argsOf) =>
  serves((t, res) => {
    t.call(res, 'write', ...argsOf(t));
    t.state(res);
    t.call(res, 'write', ...argsOf(t));
    setImmediate(() => {
      t.call(res, 'write', ...argsOf(t));
      t.state(res);
      t.call(res, 'end', 'data: last\n\n');
    });
  });

/** The same end as the first call of a response, and after a write. */
const ends = (argsOf) => async (t) => {
  const server = await t.serve((req, res) => {
    t.call(res, 'setHeader', 'Content-Type', t.type);
    if (req.method === 'POST') t.call(res, 'write', 'data: 1\n\n');
    t.call(res, 'end', ...argsOf(t));
    t.state(res);
    t.call(res, 'end', ...argsOf(t));
    t.call(res, 'write', 'data: late\n\n', t.callback('late'));
    t.call(res, 'end', 'data: later\n\n', t.callback('later'));
  });
  for (const method of ['GET', 'POST']) {
    const client = await t.connect(server);
    client.socket.write(t.request({ method }));
    await client.closed;
  }
};

const text = 'data: é€😀\n\n';
const written = onBoth({
  'write takes a string': writes(() => [text]),
  'write takes an encoding': writes(() => [text, 'utf8']),
  'write takes utf-8 in capitals': writes(() => [text, 'UTF-8']),
  'write takes latin1': writes(() => ['data: é\n\n', 'latin1']),
  'write takes binary': writes(() => ['data: é\n\n', 'binary']),
  'write takes ascii': writes(() => ['data: é\n\n', 'ascii']),
  'write takes base64': writes(() => ['ZGF0YTogMQoK', 'base64']),
  'write takes base64url': writes(() => ['ZGF0YTogMQoK', 'base64url']),
  'write takes hex': writes(() => ['646174613a20310a0a', 'hex']),
  'write takes utf16le': writes(() => [text, 'utf16le']),
  'write takes ucs2': writes(() => [text, 'ucs2']),
  'write takes a Buffer': writes(() => [Buffer.from(text)]),
  'write takes a Buffer and an encoding': writes(() => [
    Buffer.from(text),
    'hex',
  ]),
  'write takes a Uint8Array': writes(() => [new TextEncoder().encode(text)]),
  'write takes a part of a Uint8Array': writes(() => [
    new Uint8Array([0, 100, 97, 116, 97, 58, 49, 10, 10, 0]).subarray(1, 9),
  ]),
  'write takes an empty string': writes(() => ['']),
  'write takes an empty string and a callback': writes((t) => [
    '',
    t.callback('empty'),
  ]),
  'write takes an empty Buffer': writes(() => [Buffer.alloc(0)]),
  'write takes a lone surrogate': writes(() => ['data: \ud800\n\n']),
  'write takes a callback as second argument': writes((t) => [
    text,
    t.callback('written'),
  ]),
  'write takes a callback as third argument': writes((t) => [
    text,
    'utf8',
    t.callback('written'),
  ]),
  'write takes undefined and a callback': writes((t) => [
    text,
    undefined,
    t.callback('written'),
  ]),
  'write takes null and a callback': writes((t) => [
    text,
    null,
    t.callback('written'),
  ]),
  'write takes two callbacks': writes((t) => [
    text,
    t.callback('second'),
    t.callback('third'),
  ]),
  'write takes a callback that throws': serves(async (t, res) => {
    t.call(res, 'flushHeaders');
    t.call(res, 'write', text, () => {
      throw new RangeError('by the application');
    });
    await t.until('uncaught');
    t.call(res, 'destroy');
  }),
  'write takes null for a callback': writes(() => [text, 'utf8', null]),
  'write takes a string for a callback': writes(() => [text, 'utf8', 'no']),
  'write takes an object for a callback': writes(() => [text, 'utf8', {}]),
  'write takes an invalid encoding': writes(() => [text, 'bogus']),
  'write takes a number for an encoding': writes(() => [text, 1]),
});

const refused = onBoth({
  'write takes null': writes(() => [null]),
  'write takes undefined': writes(() => [undefined]),
  'write takes nothing': writes(() => []),
  'write takes a number': writes(() => [1]),
  'write takes an object': writes(() => [{}]),
  'write takes an array': writes(() => [['a']]),
  'write takes a Uint16Array': writes(() => [new Uint16Array([1, 2])]),
  'write takes a number and a callback': writes((t) => [1, t.callback('no')]),
});

const ended = onBoth({
  'end takes nothing': ends(() => []),
  'end takes a chunk': ends(() => [text]),
  'end takes a Buffer': ends(() => [Buffer.from(text)]),
  'end takes a chunk and an encoding': ends(() => ['ZGF0YTogMQoK', 'base64']),
  'end takes a chunk, an encoding and a callback': ends((t) => [
    text,
    'utf8',
    t.callback('ended'),
  ]),
  'end takes a chunk and a callback': ends((t) => [text, t.callback('ended')]),
  'end takes a callback': ends((t) => [t.callback('ended')]),
  'end takes null': ends(() => [null]),
  'end takes null and a callback': ends((t) => [null, t.callback('ended')]),
  'end takes an empty string': ends(() => ['']),
  'end takes a number': ends(() => [1]),
  'end takes an invalid encoding': ends(() => [text, 'bogus']),
  'end takes a string for a callback': ends(() => [text, 'utf8', 'no']),
});

const framed = onBoth({
  'cork, writes, uncork': serves((t, res) => {
    t.call(res, 'cork');
    t.call(res, 'write', 'data: 1\n\n', t.callback('first'));
    t.call(res, 'write', 'data: 2\n\n');
    t.state(res);
    t.call(res, 'uncork');
    t.state(res);
    setImmediate(() => {
      t.call(res, 'cork');
      t.call(res, 'cork');
      t.call(res, 'write', 'data: 3\n\n');
      t.call(res, 'write', 'data: 4\n\n', t.callback('fourth'));
      t.call(res, 'uncork');
      t.call(res, 'end', t.callback('ended'));
    });
  }),
  'cork and a callback that is none': serves((t, res) => {
    t.call(res, 'flushHeaders');
    t.call(res, 'cork');
    t.call(res, 'write', 'data: 1\n\n', 'utf8', {});
    t.call(res, 'write', 'data: 2\n\n', 'utf8', t.callback('second'));
    t.call(res, 'uncork');
    setImmediate(() => t.call(res, 'end'));
  }),
  'many writes in one tick and in several': serves((t, res) => {
    let round = 0;
    const writeRound = () => {
      for (let i = 0; i < 20; i++) {
        t.call(res, 'write', `data: ${i}\n\n`, t.callback(`${round}.${i}`));
      }
      if (++round === 3) t.call(res, 'end');
      else setImmediate(writeRound);
    };
    writeRound();
  }),
  'a content length that is met': serves((t, res) => {
    t.call(res, 'setHeader', 'Content-Length', '18');
    res.strictContentLength = true;
    t.call(res, 'write', 'data: 1\n\n');
    t.call(res, 'end', 'data: 2\n\n');
  }),
  'a content length that is exceeded': serves((t, res) => {
    t.call(res, 'setHeader', 'Content-Length', '10');
    res.strictContentLength = true;
    t.call(res, 'write', 'data: 1\n\n');
    t.call(res, 'write', 'data: 2\n\n', t.callback('too long'));
    t.call(res, 'end');
    t.state(res);
    t.call(res, 'destroy');
  }),
  'a content length that is not reached': serves((t, res) => {
    t.call(res, 'setHeader', 'Content-Length', '10');
    res.strictContentLength = true;
    t.call(res, 'write', 'data: 1\n\n');
    t.call(res, 'end');
    t.call(res, 'destroy');
  }),
  trailers: serves((t, res) => {
    t.call(res, 'setHeader', 'Trailer', 'X-Sum');
    t.call(res, 'write', 'data: 1\n\n');
    t.call(res, 'addTrailers', { 'X-Sum': '1' });
    t.call(res, 'end');
  }),
});

export const programs = { ...written, ...refused, ...ended, ...framed };
