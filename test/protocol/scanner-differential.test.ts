import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createScanState, scan } from '../../src/protocol/scanner.ts';
import {
  type Chunk,
  chunking,
  cutStream,
  damagedStream,
  tokenStream,
  wellFormedStream,
} from '../support/byte-splits.ts';
import {
  parseStream,
  readWholeStream,
  type StreamFigures,
  scanStream,
} from '../support/scan-figures.ts';

const finals: ReadonlySet<string> = new Set(['[DONE]', 'tick', '\xc3\xa9']);

/** The beginning of a type, so short that the scanner never cuts it. */
function startOf(type: string): string {
  return type.slice(0, 40);
}

function expectSameAsParser(figures: StreamFigures, stream: Chunk): void {
  const { types, comments, unknownFields, invalidRetries } = figures;
  const parsed = parseStream(stream);
  expect({
    types: types.map(startOf),
    comments,
    unknownFields,
    invalidRetries,
  }).toEqual({ ...parsed, types: parsed.types.map(startOf) });
}

test('sees what eventsource-parser sees in streams of fields and comments, wherever they are cut', () => {
  fc.assert(
    fc.property(wellFormedStream, chunking, (stream, cut) => {
      expectSameAsParser(scanStream(cutStream(stream, cut), finals), stream);
    }),
    { numRuns: 10_000 },
  );
});

test('sees what eventsource-parser sees in any order of tokens, wherever it is cut', () => {
  fc.assert(
    fc.property(tokenStream, chunking, (stream, cut) => {
      expectSameAsParser(scanStream(cutStream(stream, cut), finals), stream);
    }),
    { numRuns: 5_000 },
  );
});

test('sees what eventsource-parser sees among bytes that are no UTF-8, wherever they are cut', () => {
  fc.assert(
    fc.property(damagedStream, chunking, (stream, cut) => {
      expectSameAsParser(scanStream(cutStream(stream, cut), finals), stream);
    }),
    { numRuns: 5_000 },
  );
});

test('gives every figure of a slow reading of the whole stream, sizes included', () => {
  fc.assert(
    fc.property(
      fc.oneof(wellFormedStream, tokenStream, damagedStream),
      chunking,
      (stream, cut) => {
        const figures = scanStream(cutStream(stream, cut), finals);
        const bytes = Buffer.from(stream as string);
        expect(figures).toEqual(readWholeStream(bytes, finals));
      },
    ),
    { numRuns: 5_000 },
  );
});

test('gives the same figures for text and for bytes, in one piece or in many', () => {
  fc.assert(
    fc.property(
      fc.oneof(wellFormedStream, tokenStream),
      chunking,
      (stream, cut) => {
        const asText = scanStream([stream], finals);
        expect(scanStream([Buffer.from(stream)], finals)).toEqual(asText);
        expect(scanStream(cutStream(stream, cut), finals)).toEqual(asText);
      },
    ),
    { numRuns: 5_000 },
  );
});

test('sizes the blocks of a stream so that they add up to all of its bytes', () => {
  const block = fc
    .tuple(fc.string({ unit: 'grapheme' }), fc.constantFrom('\n', '\r'))
    .map(([text, end]) => {
      const data = text.replace(/[\r\n]/g, '');
      return `data: ${data}${end}${end}`;
    });
  fc.assert(
    fc.property(fc.array(block), chunking, (blocks, cut) => {
      const stream = blocks.join('');
      const { sizes } = scanStream(cutStream(stream, cut));
      const total = sizes.reduce((sum, size) => sum + size, 0);
      expect(total).toBe(Buffer.byteLength(stream));
    }),
    { numRuns: 2_000 },
  );
});

test('counts as many invalid sequences as a decoder replaces, wherever they are cut', () => {
  fc.assert(
    fc.property(damagedStream, chunking, (stream, { cuts }) => {
      const state = createScanState();
      let errors = 0;
      for (const chunk of cutStream(stream, { cuts, kinds: ['buffer'] })) {
        errors += scan(state, chunk).invalidUtf8;
      }
      // A sequence left open at the end is replaced, but not over yet.
      if (state.scanUtf8 !== 0) errors++;
      const text = new TextDecoder().decode(stream);
      const valid = Buffer.from(stream).toString('latin1');
      expect(errors).toBe(
        text.split('\ufffd').length - valid.split('\xef\xbf\xbd').length,
      );
    }),
    { numRuns: 5_000 },
  );
});

test('writes each run of equal event types once, and as many sizes as events', () => {
  fc.assert(
    fc.property(wellFormedStream, chunking, (stream, cut) => {
      const state = createScanState();
      for (const chunk of cutStream(stream, cut)) {
        const { events, sizes, types, typeCounts } = scan(state, chunk);
        const inRuns = typeCounts.reduce((sum, count) => sum + count, 0);
        const isSplit = types.some((type, run) => type === types[run + 1]);
        expect([inRuns, sizes.length, typeCounts.length, isSplit]).toEqual([
          events,
          events,
          types.length,
          false,
        ]);
      }
    }),
    { numRuns: 2_000 },
  );
});
