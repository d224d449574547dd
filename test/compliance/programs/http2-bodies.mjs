import { onHttp2 } from '../http2.mjs';

// Bodies: each write and end by the compatibility API, and on a raw stream.

const text = 'data: é€😀\n\n';

/** A program on a response that has its content type. */
const serves = (handle) => (t) =>
  t.exchange((req, res) => {
    t.call(res, 'setHeader', 'Content-Type', t.type);
    return handle(t, res, req);
  });

/** The same on a stream that has sent its headers. */
const streams = (handle) => (t) =>
  t.exchangeStream((stream) => {
    stream.on('error', t.callback('error'));
    t.call(stream, 'respond', { 'content-type': t.type });
    return handle(t, stream);
  });

/** Both, by a program that does with either the same. */
function onEither(table) {
  return Object.fromEntries(
    Object.entries(table).flatMap(([name, handle]) => [
      [`response: ${name}`, serves(handle)],
      [`stream: ${name}`, streams(handle)],
    ]),
  );
}

/** The same write as the first, the second, and in the next tick. */
const writes = (argsOf) => (t, out) => {
  t.call(out, 'write', ...argsOf(t));
  t.state(out);
  t.call(out, 'write', ...argsOf(t));
  setImmediate(() => {
    t.call(out, 'write', ...argsOf(t));
    t.state(out);
    t.call(out, 'end', 'data: last\n\n');
  });
};

/** The same end as the only call, or after a write; then what comes too late. */
const ends = (argsOf, isFirst) => (t, out) => {
  if (!isFirst) t.call(out, 'write', 'data: 1\n\n');
  t.call(out, 'end', ...argsOf(t));
  t.state(out);
  t.call(out, 'end', ...argsOf(t));
  t.call(out, 'write', 'data: late\n\n', t.callback('late'));
  t.call(out, 'write', 'data: late\n\n');
  t.call(out, 'end', 'data: later\n\n', t.callback('later'));
};

const written = {
  'write takes a string': writes(() => [text]),
  'write takes an encoding': writes(() => [text, 'utf8']),
  'write takes utf-8 in capitals': writes(() => [text, 'UTF-8']),
  'write takes latin1': writes(() => ['data: é\n\n', 'latin1']),
  'write takes ascii': writes(() => ['data: é\n\n', 'ascii']),
  'write takes base64': writes(() => ['ZGF0YTogMQoK', 'base64']),
  'write takes hex': writes(() => ['646174613a20310a0a', 'hex']),
  'write takes utf16le': writes(() => [text, 'utf16le']),
  'write takes a Buffer': writes(() => [Buffer.from(text)]),
  'write takes a Buffer and an encoding': writes(() => [
    Buffer.from(text),
    'hex',
  ]),
  'write takes a Uint8Array': writes(() => [new TextEncoder().encode(text)]),
  'write takes a part of a Uint8Array': writes(() => [
    new Uint8Array([0, 100, 97, 116, 97, 58, 49, 10, 10, 0]).subarray(1, 9),
  ]),
  'write takes a DataView': writes(() => [new DataView(new ArrayBuffer(4))]),
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
  'write takes null for a callback': writes(() => [text, 'utf8', null]),
  'write takes a string for a callback': writes(() => [text, 'utf8', 'no']),
  'write takes an invalid encoding': writes(() => [text, 'bogus']),
  'write takes a number for an encoding': writes(() => [text, 1]),
  'write takes null': writes(() => [null]),
  'write takes undefined': writes(() => [undefined]),
  'write takes nothing': writes(() => []),
  'write takes a number': writes(() => [1]),
  'write takes an object': writes(() => [{}]),
  'write takes a number and a callback': writes((t) => [1, t.callback('no')]),
  'write takes a callback that throws': async (t, out) => {
    t.call(out, 'write', text, () => {
      throw new RangeError('by the application');
    });
    await t.until('uncaught');
    t.call(out, 'end');
  },
};

const endings = {
  nothing: () => [],
  'a chunk': () => [text],
  'a Buffer': () => [Buffer.from(text)],
  'a chunk and an encoding': () => ['ZGF0YTogMQoK', 'base64'],
  'a chunk, an encoding and a callback': (t) => [
    text,
    'utf8',
    t.callback('ended'),
  ],
  'a chunk and a callback': (t) => [text, t.callback('ended')],
  'a callback': (t) => [t.callback('ended')],
  null: () => [null],
  'null and a callback': (t) => [null, t.callback('ended')],
  'an empty string': () => [''],
  'a number': () => [1],
  'an invalid encoding': () => [text, 'bogus'],
  'a string for a callback': () => [text, 'utf8', 'no'],
};

const ended = Object.fromEntries(
  Object.entries(endings).flatMap(([name, argsOf]) => [
    [`end takes ${name}`, ends(argsOf, true)],
    [`end takes ${name}, after a write`, ends(argsOf, false)],
  ]),
);

const framed = {
  'cork, writes, uncork': (t, out) => {
    const pen = out.stream ?? out;
    t.call(out, 'write', 'data: 0\n\n');
    t.call(pen, 'cork');
    t.call(out, 'write', 'data: 1\n\n', t.callback('first'));
    t.call(out, 'write', 'data: 2\n\n');
    t.state(out);
    t.call(pen, 'uncork');
    setImmediate(() => t.call(out, 'end', t.callback('ended')));
  },
  'cork by the response where it can': (t, out) => {
    t.call(out, 'cork');
    t.call(out, 'write', 'data: 1\n\n', t.callback('first'));
    t.call(out, 'uncork');
    t.call(out, 'end');
  },
  'setDefaultEncoding, then writes': (t, out) => {
    t.call(out, 'setDefaultEncoding', 'latin1');
    t.call(out.stream ?? out, 'setDefaultEncoding', 'latin1');
    t.call(out, 'write', 'data: é\n\n');
    t.call(out, 'end', 'data: é\n\n');
  },
  'many writes in one tick and in several': (t, out) => {
    let round = 0;
    const writeRound = () => {
      for (let i = 0; i < 20; i++) {
        t.call(out, 'write', `data: ${i}\n\n`, t.callback(`${round}.${i}`));
        t.call(out, 'write', `: ${i}\n\n`);
      }
      if (++round === 3) t.call(out, 'end');
      else setImmediate(writeRound);
    };
    writeRound();
  },
};

export const programs = onHttp2(onEither({ ...written, ...ended, ...framed }));
