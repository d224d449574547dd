import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  createScanState,
  forgetChunk,
  hasUnfinishedEvent,
  type ScanState,
  scan,
} from '../../src/protocol/scanner.ts';
import {
  type Chunk,
  tokenStream,
  wellFormedStream,
} from '../support/byte-splits.ts';
import {
  addResult,
  createFigures,
  scanStream,
} from '../support/scan-figures.ts';

function startStream(finals?: ReadonlySet<string>): ScanState {
  const state = createScanState(finals);
  scan(state, ':\n\n');
  return state;
}

test('gives the same figures for the same text on another stream', () => {
  const chunk = 'event: a\ndata: 1\n\n: c\n\nfoo: 1\n\n';
  const first = structuredClone(scan(startStream(), chunk));
  expect(first).toMatchObject({ types: ['a'], comments: 1, unknownFields: 1 });
  const [second, third] = [startStream(), startStream()];
  expect(scan(second, chunk)).toEqual(first);
  expect(scan(third, chunk)).toEqual(first);
});

test('gives each of many connections the figures that it has alone', () => {
  const chunk: fc.Arbitrary<Chunk> = fc
    .tuple(
      fc.oneof(wellFormedStream, tokenStream),
      fc.constantFrom('', '\n\n', '\n\n'),
      fc.boolean(),
    )
    .map(([stream, end, isText]) =>
      isText ? stream + end : Buffer.from(stream + end),
    );
  const finalsOf = [undefined, new Set(['tick']), undefined, undefined];
  fc.assert(
    fc.property(fc.array(chunk, { maxLength: 6 }), (chunks) => {
      const states = finalsOf.map((finals) => createScanState(finals));
      const figures = finalsOf.map(createFigures);
      for (const chunk of chunks) {
        states.forEach((state, index) => {
          addResult(figures[index] ?? createFigures(), scan(state, chunk));
        });
      }
      const alone = finalsOf.map((finals) => {
        forgetChunk();
        return { ...scanStream(chunks, finals), unfinished: false };
      });
      expect(figures).toEqual(alone);
    }),
    { numRuns: 2_000 },
  );
});

test('does not read the same bytes again within one turn', () => {
  const bytes = Buffer.from('data: 1\n\n');
  const [first, second] = [startStream(), startStream()];
  expect(scan(first, bytes).events).toBe(1);
  bytes.fill(':');
  expect(scan(second, bytes).events).toBe(1);
});

test('reads bytes anew that were overwritten in a later turn', async () => {
  const bytes = Buffer.from('data: 1\n\n');
  const state = startStream();
  expect(scan(state, bytes).events).toBe(1);
  await Promise.resolve();
  bytes.write(': wait\n\n\n');
  expect(scan(state, bytes)).toMatchObject({ events: 0, comments: 1 });
  await Promise.resolve();
  bytes.write('event:\n\n\n');
  expect(scan(state, bytes)).toMatchObject({ events: 0, eventsWithoutData: 1 });
});

test('reads bytes anew once it was told to forget them', () => {
  const bytes = Buffer.from('data: 1\n\n');
  const state = startStream();
  expect(scan(state, bytes).events).toBe(1);
  forgetChunk();
  bytes.write(': wait\n\n\n');
  expect(scan(state, bytes).comments).toBe(1);
});

test('still knows a text in a later turn, also after bytes in this one', async () => {
  const state = startStream();
  scan(state, Buffer.from(':\n\n'));
  const result = scan(state, 'id: 1\ndata: 1\n\n');
  // A second reading would take this mark away.
  result.unknownFields = 7;
  await Promise.resolve();
  expect(scan(state, 'id: 1\ndata: 1\n\n').unknownFields).toBe(7);
  forgetChunk();
  expect(scan(state, 'id: 1\ndata: 1\n\n').unknownFields).toBe(0);
});

test('does not mix in another stream scanned in between', () => {
  const [first, second] = [startStream(), startStream()];
  const bytes = Buffer.from('event: a\ndata: 1\n\n');
  expect(scan(first, bytes).types).toEqual(['a']);
  expect(scan(second, 'event: b\ndata: 1\n\ndata: 2').types).toEqual(['b']);
  expect(scan(first, bytes).types).toEqual(['a']);
  expect(scan(second, bytes).types).toEqual(['message']);
  expect(hasUnfinishedEvent(second)).toBe(false);
});

test('takes other final events for another chunk', () => {
  const chunk = 'data: [DONE]\n\n';
  const finals = new Set(['[DONE]']);
  const states = [undefined, finals, new Set(['x']), finals].map(startStream);
  expect(states.map((state) => scan(state, chunk).final)).toEqual([
    false,
    true,
    false,
    true,
  ]);
});

test('reads a known chunk anew inside a block', () => {
  const chunk = 'data: 1\n\n';
  const inside = startStream();
  scan(inside, 'event: a\n');
  expect(scan(startStream(), chunk).types).toEqual(['message']);
  expect(scan(inside, chunk).types).toEqual(['a']);
  expect(scan(startStream(), chunk).types).toEqual(['message']);
});

test('reads a chunk that ends inside a block anew for each stream', () => {
  const states = [startStream(), startStream()];
  for (const state of states) scan(state, 'event: a\ndata: 1\n');
  expect(states.map((state) => scan(state, '\n').types[0])).toEqual(['a', 'a']);
});

test('reads a chunk after a CR anew, since its LF belongs to the CR', () => {
  const [first, second] = [startStream(), startStream()];
  scan(first, '\r');
  expect(scan(second, '\ndata\n\n').sizes).toEqual([6]);
  expect(scan(first, '\ndata\n\n').sizes).toEqual([6]);
  scan(first, 'data\r');
  expect(scan(second, '\n').events).toBe(0);
  expect(scan(first, '\n').events).toBe(0);
  expect(scan(first, '\n').events).toBe(1);
});

test('does not remember the first chunk, which may start with a mark', () => {
  const chunk = '\ufeffdata: 1\n\n';
  expect(scan(createScanState(), chunk).events).toBe(1);
  expect(scan(startStream(), chunk)).toMatchObject({
    events: 0,
    unknownFields: 1,
  });
  expect(scan(createScanState(), chunk).events).toBe(1);
});

test('does not take a text for bytes that read the same', () => {
  const invalid = Buffer.from(': \xff\n\n', 'latin1');
  expect(scan(startStream(), invalid).invalidUtf8).toBe(1);
  expect(scan(startStream(), ': \xff\n\n').invalidUtf8).toBe(0);
});

test('does not remember more than 64 KiB', () => {
  const bytes = Buffer.alloc(65_537, ':');
  bytes.write('\n\n', 65_535);
  const state = startStream();
  expect(scan(state, bytes).comments).toBe(1);
  bytes.write('data\n');
  expect(scan(state, bytes).events).toBe(1);
});
