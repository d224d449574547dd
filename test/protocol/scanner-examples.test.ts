import { expect, test } from 'vitest';
import { scanStream } from '../support/scan-figures.ts';

// The example streams of
// https://html.spec.whatwg.org/multipage/server-sent-events.html#event-stream-interpretation
// with other words in them.

test('reads a ticker of three data lines as one message', () => {
  const { types, sizes } = scanStream(['data: ACME\ndata: +2\ndata: 10\n\n']);
  expect(types).toEqual(['message']);
  expect(sizes).toEqual([30]);
});

const fourBlocks = [
  ': a stream to try\n\n',
  'data: one\nid: 1\n\n',
  'data:two\nid\n\n',
  'data:  three\n',
];

test('reads two messages in four blocks of which the last has no blank line', () => {
  const figures = scanStream([fourBlocks.join('')]);
  expect(figures).toMatchObject({
    types: ['message', 'message'],
    comments: 1,
    unknownFields: 0,
    unfinished: true,
  });
});

test('reads three messages in four blocks once the last has its blank line', () => {
  const figures = scanStream([`${fourBlocks.join('')}\n`]);
  expect(figures).toMatchObject({
    types: ['message', 'message', 'message'],
    comments: 1,
    unfinished: false,
  });
});

test('keeps the second space of the last of four blocks', () => {
  const stream = [`${fourBlocks.join('')}\n`];
  expect(scanStream(stream, new Set([' three'])).final).toBe(true);
  expect(scanStream(stream, new Set(['three'])).final).toBe(false);
});

test('reads two events in three blocks of data without a value', () => {
  const figures = scanStream(['data\n\ndata\ndata\n\ndata:']);
  expect(figures).toMatchObject({
    types: ['message', 'message'],
    sizes: [6, 11],
    unknownFields: 0,
    unfinished: true,
  });
});

test('reads the same data with and without a space after the colon', () => {
  const finals = new Set(['same']);
  expect(scanStream(['data:same\n\n'], finals)).toMatchObject({
    types: ['message'],
    final: true,
  });
  expect(scanStream(['data: same\n\n'], finals)).toMatchObject({
    types: ['message'],
    final: true,
  });
});

test('tells events of three types apart', () => {
  const { types } = scanStream([
    'event: add\ndata: 1\n\nevent: remove\ndata: 2\n\nevent: add\ndata: 3\n\n',
  ]);
  expect(types).toEqual(['add', 'remove', 'add']);
});
