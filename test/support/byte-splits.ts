import fc from 'fast-check';

/** A piece of an event stream, in any kind that a writer may give. */
export type Chunk = string | Uint8Array;

/** How a chunk is handed over; bytes that are no whole text stay bytes. */
type ChunkKind = 'string' | 'buffer' | 'uint8array';

/** Where a stream is cut, and the kinds of its chunks, in turns. */
interface Chunking {
  /** Byte positions, taken modulo the stream's size. */
  cuts: readonly number[] | 'everywhere';
  kinds: readonly ChunkKind[];
}

const strictDecoder = new TextDecoder('utf-8', {
  fatal: true,
  ignoreBOM: true,
});

const word = fc.oneof(
  { weight: 4, arbitrary: fc.string({ maxLength: 8 }) },
  { weight: 2, arbitrary: fc.string({ unit: 'binary', maxLength: 6 }) },
  {
    weight: 2,
    arbitrary: fc.constantFrom(
      '',
      'message',
      'tick',
      '[DONE]',
      'é',
      '好',
      '😀',
    ),
  },
  {
    weight: 1,
    arbitrary: fc.constantFrom('\ufeff', '\ufeffx', 'a\0b', '\u2028', '\x85'),
  },
  {
    weight: 1,
    arbitrary: fc
      .tuple(fc.constantFrom('x', 'é', '好', '😀'), fc.nat({ max: 140 }))
      .map(([unit, times]) => unit.repeat(times)),
  },
);

function fieldOf(
  ...names: readonly [string, ...string[]]
): fc.Arbitrary<string> {
  return fc
    .tuple(fc.constantFrom(...names), word)
    .map((parts) => parts.join(''));
}

const line = fc.oneof(
  { weight: 6, arbitrary: fc.constant('') },
  { weight: 6, arbitrary: fieldOf('data:', 'data: ', 'data:  ') },
  { weight: 4, arbitrary: fieldOf('event:', 'event: ') },
  { weight: 2, arbitrary: fieldOf('id:', 'id: ', 'id: \0') },
  {
    weight: 2,
    arbitrary: fc
      .constantFrom('', ' ', ' 0', '15', ' 3000', '  7', '1a', '-1', '1.5', '٣')
      .map((value) => `retry:${value}`),
  },
  { weight: 2, arbitrary: fieldOf(':', ': ') },
  {
    weight: 2,
    arbitrary: fieldOf('foo:', ' data:', 'Data: ', 'datax:', '\ufeffdata:'),
  },
  {
    weight: 2,
    arbitrary: fc.constantFrom('data', 'event', 'id', 'retry', 'dat', 'events'),
  },
  { weight: 1, arbitrary: word },
);

const lineEnd = fc.constantFrom(
  ...['\n', '\n', '\r', '\r\n', '\n\n', '\r\r', '\r\n\r\n', '\n\r\n'],
);

/** Streams of fields, comments and blank lines; some with a line left open. */
export const wellFormedStream: fc.Arbitrary<string> = fc
  .tuple(
    fc.constantFrom('', '', '\ufeff'),
    fc.array(fc.tuple(line, lineEnd), { maxLength: 24, size: 'max' }),
    fc.oneof(fc.constant(''), line),
  )
  .map(([mark, lines, rest]) => mark + lines.flat().join('') + rest);

const tokens = [
  ...['\n', '\n', '\r', '\r', '\r\n', ':', ' ', '\0', '\ufeff', '7', 'x'],
  ...['d', 'data', 'data:', 'event', 'event:', 'id', 'id:', 'retry', 'retry:'],
  ...['é', '好', '😀', '[DONE]', 'tick', '\n\n', '\r\n\r\n', '\ndata:x\n'],
] as const;

/** The grammar's tokens in any order. */
export const tokenStream: fc.Arbitrary<string> = fc
  .array(fc.constantFrom(...tokens), { maxLength: 60, size: 'max' })
  .map((parts) => parts.join(''));

const strayByte = fc.oneof(
  fc.constantFrom(0xef, 0xbb, 0xbf, 0xe2, 0xed, 0xa0, 0xf0, 0x9f, 0xff),
  fc.integer({ min: 0x80, max: 0xff }),
);

/** Streams with bytes among them, or in the place of others, that are no UTF-8. */
export const damagedStream: fc.Arbitrary<Uint8Array> = fc
  .tuple(
    fc.oneof(wellFormedStream, tokenStream),
    fc.array(fc.tuple(fc.nat({ max: 65_535 }), strayByte, fc.nat({ max: 1 })), {
      minLength: 1,
      maxLength: 8,
    }),
  )
  .map(([stream, strays]) => {
    const bytes = [...Buffer.from(stream)];
    for (const [position, byte, removed] of strays) {
      bytes.splice(position % (bytes.length + 1), removed, byte);
    }
    return Uint8Array.from(bytes);
  });

/** Ways to cut a stream and to hand over its pieces. */
export const chunking: fc.Arbitrary<Chunking> = fc.record({
  cuts: fc.oneof(
    {
      weight: 5,
      arbitrary: fc.array(fc.nat({ max: 65_535 }), {
        maxLength: 8,
        size: 'max',
      }),
    },
    { weight: 1, arbitrary: fc.constant('everywhere' as const) },
  ),
  kinds: fc.array(fc.constantFrom('string', 'buffer', 'uint8array'), {
    minLength: 1,
    maxLength: 5,
  }),
});

/**
 * Cuts a stream, also inside characters and line ends. A piece becomes text
 * only where it holds whole characters.
 */
export function cutStream(
  stream: Chunk,
  { cuts, kinds }: Chunking,
): readonly Chunk[] {
  const bytes = typeof stream === 'string' ? Buffer.from(stream) : stream;
  const positions =
    cuts === 'everywhere'
      ? Array.from(bytes, (_, position) => position + 1)
      : cuts.map((cut) => cut % (bytes.length + 1)).sort((a, b) => a - b);
  let start = 0;
  return [...positions, bytes.length].map((end, index) => {
    const piece = bytes.subarray(start, end);
    start = end;
    return handOver(piece, kinds[index % kinds.length] ?? 'buffer');
  });
}

function handOver(piece: Uint8Array, kind: ChunkKind): Chunk {
  if (kind === 'uint8array') {
    return new Uint8Array(piece.buffer, piece.byteOffset, piece.byteLength);
  }
  if (kind === 'string') {
    try {
      return strictDecoder.decode(piece);
    } catch {
      // Not whole characters: such a piece can only be bytes.
    }
  }
  return Buffer.from(piece.buffer, piece.byteOffset, piece.byteLength);
}
