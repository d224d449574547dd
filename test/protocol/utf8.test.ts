import fc from 'fast-check';
import { expect, test, vi } from 'vitest';
import {
  binaryString,
  countInvalidUtf8,
  decodeBinary,
  encodeBinary,
  isAscii,
  utf8Length,
} from '../../src/protocol/utf8.ts';

const codeUnit = fc.oneof(
  fc.integer({ min: 0, max: 0xffff }),
  fc.integer({ min: 0xd7ff, max: 0xe000 }),
  fc.constantFrom(0, 0x7f, 0x80, 0x7ff, 0x800, 0xd800, 0xdbff, 0xdc00, 0xdfff),
);

/** Text of any code units, lone surrogates among them. */
const anyText = fc
  .array(codeUnit, { maxLength: 30, size: 'max' })
  .map((units) => String.fromCharCode(...units));

const anyByte = fc.oneof(
  fc.integer({ min: 0, max: 0xff }),
  fc.constantFrom(0x80, 0x8f, 0x90, 0x9f, 0xa0, 0xbf, 0xc0, 0xc1, 0xc2, 0xe0),
  fc.constantFrom(0xe1, 0xed, 0xef, 0xf0, 0xf1, 0xf4, 0xf5, 0xff, 0xbb),
);

const anyBytes = fc
  .array(
    fc.oneof(
      anyByte.map((byte) => Buffer.of(byte)),
      fc
        .string({ unit: 'binary', maxLength: 2 })
        .map((text) => Buffer.from(text)),
    ),
    { maxLength: 30, size: 'max' },
  )
  .map((parts) => Buffer.concat(parts));

test('measures any text as Buffer.byteLength does, lone surrogates included', () => {
  fc.assert(
    fc.property(anyText, (text) => {
      expect(utf8Length(text)).toBe(Buffer.byteLength(text));
    }),
    { numRuns: 5_000 },
  );
});

test('measures a part of a text as if it were alone', () => {
  fc.assert(
    fc.property(anyText, fc.nat(30), fc.nat(30), (text, from, size) => {
      const start = Math.min(from, text.length);
      const end = Math.min(start + size, text.length);
      const part = text.slice(start, end);
      expect(utf8Length(text, start, end)).toBe(Buffer.byteLength(part));
    }),
    { numRuns: 5_000 },
  );
});

test('counts as many malformed sequences as a decoder replaces, at any cut', () => {
  fc.assert(
    fc.property(
      anyBytes,
      fc.array(fc.nat({ max: 120 }), { maxLength: 8 }),
      (bytes, cuts) => {
        const binary = bytes.toString('latin1');
        const ends = [...cuts, binary.length].sort((a, b) => a - b);
        let errors = 0;
        let pending = 0;
        let start = 0;
        for (const end of ends) {
          const found = countInvalidUtf8(binary.slice(start, end), pending);
          errors += found.errors;
          pending = found.pending;
          start = end;
        }
        // A decoder replaces what is left open at the end.
        if (pending !== 0) errors++;
        const replaced = new TextDecoder().decode(bytes).split('\ufffd').length;
        const meant = binary.split('\xef\xbf\xbd').length;
        expect(errors).toBe(replaced - meant);
      },
    ),
    { numRuns: 5_000 },
  );
});

test('has nothing pending after any whole text', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      const binary = Buffer.from(text).toString('latin1');
      expect(countInvalidUtf8(binary, 0)).toEqual({ errors: 0, pending: 0 });
    }),
    { numRuns: 2_000 },
  );
});

test('writes text as the binary string of its bytes', () => {
  fc.assert(
    fc.property(anyText, (text) => {
      expect(encodeBinary(text)).toBe(Buffer.from(text).toString('latin1'));
    }),
    { numRuns: 2_000 },
  );
});

test('reads a binary string as its bytes say, a byte order mark included', () => {
  expect(decodeBinary('\xef\xbb\xbfa')).toBe('\ufeffa');
  fc.assert(
    fc.property(anyBytes, (bytes) => {
      expect(decodeBinary(bytes.toString('latin1'))).toBe(bytes.toString());
    }),
    { numRuns: 2_000 },
  );
});

test('reads a part of a buffer and nothing around it', () => {
  const bytes = Uint8Array.of(1, 2, 0x80, 0xff, 5);
  expect(binaryString(bytes.subarray(1, 4))).toBe('\x02\x80\xff');
});

test('reads bytes the same where there is no Buffer, as in a browser', () => {
  const bytes = Uint8Array.from({ length: 20_000 }, (_, i) => (i * 7) % 256);
  const expected = Buffer.from(bytes).toString('latin1');
  vi.stubGlobal('Buffer', undefined);
  const actual = binaryString(bytes);
  vi.unstubAllGlobals();
  expect(actual).toBe(expected);
});

test('knows ASCII from anything else', () => {
  expect(isAscii('')).toBe(true);
  expect(isAscii('\0 ~\x7f')).toBe(true);
  expect(isAscii('\x80')).toBe(false);
  expect(isAscii('aé')).toBe(false);
  expect(isAscii('a😀')).toBe(false);
});
