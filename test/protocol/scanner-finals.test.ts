import { expect, test } from 'vitest';
import {
  createScanState,
  MAX_FINAL_BYTES,
  scan,
} from '../../src/protocol/scanner.ts';
import { encodeBinary } from '../../src/protocol/utf8.ts';
import { cutStream } from '../support/byte-splits.ts';
import { scanStream } from '../support/scan-figures.ts';

const longest = 'abcdefghijklmnopqrstuvwxyz012345';
const finals = new Set(
  ['[DONE]', 'end', longest, 'fertig: ä好😀'].map(encodeBinary),
);

function isFinal(...chunks: readonly (string | Uint8Array)[]): boolean {
  return scanStream(chunks, finals).final;
}

test.each([
  ['data: [DONE]\n\n'],
  ['data:[DONE]\r\n\r\n'],
  ['data: 1\ndata: [DONE]\n\n'],
  ['data: [DONE]\ndata: 1\n\n'],
  [`data: ${longest}\n\n`],
  ['data: fertig: ä好😀\n\n'],
  ['event: end\ndata: 1\n\n'],
  ['data: 1\nevent: end\n\n'],
  [`event: ${longest}\ndata\n\n`],
  ['event: fertig: ä好😀\ndata\n\n'],
])('knows the final event %j, wherever it is cut', (event) => {
  const stream = `: 😀\n\n${event}`;
  const { length } = Buffer.from(stream);
  for (const kind of ['string', 'buffer', 'uint8array'] as const) {
    for (let first = 0; first <= length; first++) {
      for (const second of [first, first + 1, first + 5]) {
        const cuts = [first, Math.min(second, length)];
        const pieces = cutStream(stream, { cuts, kinds: [kind] });
        expect(isFinal(...pieces)).toBe(true);
      }
    }
    const bytes = cutStream(stream, { cuts: 'everywhere', kinds: [kind] });
    expect(isFinal(...bytes)).toBe(true);
  }
});

test.each([
  ['data: [DONE] \n\n'],
  ['data:  [DONE]\n\n'],
  ['data: [DONE\n\n'],
  ['data: DONE]\n\n'],
  ['data: [DONE]x\n\n'],
  [`data: ${longest}6\n\n`],
  [`data: ${longest}${longest}\n\n`],
  ['data: fertig: ä好😀😀\n\n'],
  ['data: [DO\ndata: NE]\n\n'],
  ['data: [DONE]'],
  ['data: [DONE]\n'],
  ['id: [DONE]\ndata: 1\n\n'],
  [': [DONE]\ndata: 1\n\n'],
  ['event: end\n\n'],
  ['event: end\nevent: a\ndata: 1\n\n'],
  ['event: end\nevent\ndata: 1\n\n'],
  ['event: ending\ndata: 1\n\n'],
  [`event: ${longest}6\ndata: 1\n\n`],
  ['event: end\n\ndata: 1\n\n'],
])('takes %j for no final event, wherever it is cut', (event) => {
  const { length } = Buffer.from(event);
  for (const kind of ['string', 'buffer'] as const) {
    for (let first = 0; first <= length; first++) {
      const pieces = cutStream(event, { cuts: [first], kinds: [kind] });
      expect(isFinal(...pieces)).toBe(false);
    }
    const bytes = cutStream(event, { cuts: 'everywhere', kinds: [kind] });
    expect(isFinal(...bytes)).toBe(false);
  }
});

test('matches final events of up to 32 bytes', () => {
  expect(longest).toHaveLength(MAX_FINAL_BYTES);
});

test('is final in the chunk that ends the event, and in no other', () => {
  const state = createScanState(finals);
  const chunks = ['data: [DONE]', '\n', '\n', 'data: 1\n\n', '\n'];
  expect(chunks.map((chunk) => scan(state, chunk).final)).toEqual([
    false,
    false,
    true,
    false,
    false,
  ]);
});

test('takes message for the type of an event that names none', () => {
  const ends = new Set(['message']);
  expect(scanStream(['data: 1\n\n'], ends).final).toBe(true);
  expect(scanStream(['event: a\ndata: 1\n\n'], ends).final).toBe(false);
});

test('knows no final event where none is named', () => {
  expect(scanStream(['data: [DONE]\n\nevent: end\ndata\n\n']).final).toBe(
    false,
  );
});
