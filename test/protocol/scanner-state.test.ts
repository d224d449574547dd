import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  createScanState,
  hasUnfinishedEvent,
  isBetweenBlocks,
  MAX_EVENT_TYPE_BYTES,
  type ScanState,
  scan,
} from '../../src/protocol/scanner.ts';
import {
  type Chunk,
  chunking,
  cutStream,
  tokenStream,
  wellFormedStream,
} from '../support/byte-splits.ts';
import {
  addResult,
  createFigures,
  scanStream,
} from '../support/scan-figures.ts';

function stateAfter(...chunks: readonly Chunk[]): ScanState {
  const state = createScanState();
  for (const chunk of chunks) scan(state, chunk);
  return state;
}

test.each([
  [''],
  [': wait'],
  ['id: 1\n'],
  ['retry: 10\n'],
  ['foo: 1\n'],
  ['dat'],
  ['data: 1\n\n'],
  ['data: 1\r\r'],
  ['event: a\n\n'],
])('has no unfinished event after %j', (text) => {
  expect(hasUnfinishedEvent(stateAfter(text))).toBe(false);
  expect(hasUnfinishedEvent(stateAfter(Buffer.from(text)))).toBe(false);
});

test.each([
  ['data:'],
  ['data: 1'],
  ['data: 1\n'],
  ['data\n'],
  ['data: 1\r\n'],
  ['data: 1\n: wait'],
  ['event:'],
  ['event: a\n'],
  ['data: 1\n\ndata: 2\n'],
])('has an unfinished event after %j', (text) => {
  expect(hasUnfinishedEvent(stateAfter(text))).toBe(true);
  expect(hasUnfinishedEvent(stateAfter(Buffer.from(text)))).toBe(true);
});

test.each([
  ['\ufeff'],
  ['\n'],
  ['data: 1\n\n'],
  [': wait\n\n'],
  ['data: 1\r\n\r\n'],
  ['event: a\n\n\n'],
])('stands between two blocks after %j', (text) => {
  expect(isBetweenBlocks(stateAfter(text))).toBe(true);
  expect(isBetweenBlocks(stateAfter(...text))).toBe(true);
  expect(isBetweenBlocks(stateAfter(Buffer.from(text)))).toBe(true);
});

test.each([
  [''],
  ['d'],
  ['data: 1'],
  ['data: 1\n'],
  [': wait\n'],
  ['id: 1\n'],
  ['data: 1\n\nd'],
  ['data: 1\n\r'],
])('does not stand between two blocks after %j', (text) => {
  expect(isBetweenBlocks(stateAfter(text))).toBe(false);
  expect(isBetweenBlocks(stateAfter(Buffer.from(text)))).toBe(false);
});

test('does not stand between two blocks inside a character', () => {
  const pieces = [Buffer.from(':\n\n'), Buffer.of(0xf0), Buffer.of(0x9f)];
  expect(isBetweenBlocks(stateAfter(...pieces))).toBe(false);
});

test('counts a character that text cuts short once, at the text', () => {
  const state = stateAfter('data: 1\n\n: ', Buffer.of(0xf0, 0x9f));
  expect(scan(state, '').invalidUtf8).toBe(0);
  expect(scan(state, 'x\n\n')).toMatchObject({ comments: 1, invalidUtf8: 1 });
  expect(scan(state, 'data\n\n').invalidUtf8).toBe(0);
  expect(scan(state, Buffer.from(': é\n\n')).invalidUtf8).toBe(0);
});

test('lets an event be written between two blocks without harm to the others', () => {
  fc.assert(
    fc.property(
      fc.oneof(wellFormedStream, tokenStream),
      chunking,
      (stream, cut) => {
        const chunks = cutStream(stream, cut);
        const alone = scanStream(chunks);
        const state = createScanState();
        const figures = createFigures();
        let added = 0;
        for (const chunk of chunks) {
          addResult(figures, scan(state, chunk));
          if (!isBetweenBlocks(state)) continue;
          const written = scan(state, 'event: ours\ndata: 1\n\n');
          expect(written).toMatchObject({ types: ['ours'], sizes: [21] });
          added++;
        }
        figures.unfinished = hasUnfinishedEvent(state);
        expect(figures).toEqual(alone);
        expect(added).toBeLessThanOrEqual(chunks.length);
      },
    ),
    { numRuns: 2_000 },
  );
});

test.each([['x'], ['é'], ['好'], ['😀']])(
  'cuts an event type of %j a million times at 128 bytes, wherever writes cut it',
  (unit) => {
    const type = unit.repeat(1_000_000);
    const start = Buffer.from(type).subarray(0, MAX_EVENT_TYPE_BYTES);
    const cutType = new TextDecoder().decode(start);
    const stream = `event: ${type}\ndata: 1\n\n`;
    const bytes = Buffer.from(stream);
    const thirds = [bytes.length / 3, bytes.length / 1.5].map(Math.floor);
    for (const cuts of [[], [7, 8], [70, 71, 72, 73, 135], thirds]) {
      for (const kind of ['buffer', 'string'] as const) {
        const pieces = cutStream(bytes, { cuts, kinds: [kind] });
        expect(scanStream(pieces).types).toEqual([cutType]);
      }
    }
  },
);

test('keeps event types apart that differ in their first 128 bytes only', () => {
  const start = 'x'.repeat(MAX_EVENT_TYPE_BYTES - 1);
  const types = [`${start}a`, `${start}b`, `${start}bc`, start];
  const blocks = types.map((type) => `event: ${type}\ndata\n\n`);
  expect(scanStream([blocks.join('')]).types).toEqual([
    `${start}a`,
    `${start}b`,
    `${start}b`,
    start,
  ]);
});
