import { expect, test } from 'vitest';
import { scanStream } from '../support/scan-figures.ts';

// The rules of
// https://html.spec.whatwg.org/multipage/server-sent-events.html#parsing-an-event-stream

function typesOf(...chunks: readonly (string | Uint8Array)[]): string[] {
  return scanStream(chunks).types;
}

test.each([
  ['LF', '\n'],
  ['CR', '\r'],
  ['CR LF', '\r\n'],
])('ends a line with %s', (_, end) => {
  const stream = `event: a${end}data: 1${end}${end}data: 2${end}${end}`;
  expect(typesOf(stream)).toEqual(['a', 'message']);
});

test('reads CR LF as one line end, also when a write cuts it', () => {
  expect(typesOf('event: a\r\ndata: 1\r\n\r\n')).toEqual(['a']);
  expect(typesOf('event: a\r', '\ndata: 1\r', '\n')).toEqual([]);
  expect(typesOf('event: a\r', '\ndata: 1\r', '\n\r', '\n')).toEqual(['a']);
});

test('reads LF CR as two line ends', () => {
  expect(typesOf('data: 1\n\rdata: 2\n\r')).toEqual(['message', 'message']);
});

test('ends an event at the CR of its blank line, without waiting for more', () => {
  expect(typesOf('data: 1\r\r')).toEqual(['message']);
});

test('reads different line ends in one stream', () => {
  expect(typesOf('data: 1\n\r\ndata: 2\r\n\ndata: 3\r\n\r')).toHaveLength(3);
});

test('passes over a byte order mark at the start, in text and in bytes', () => {
  const stream = '\ufeffdata: 1\n\n';
  expect(scanStream([stream])).toMatchObject({ sizes: [9], unknownFields: 0 });
  const [first = 0, ...rest] = Buffer.from(stream);
  const chunks = [Buffer.of(first), Buffer.from(rest)];
  expect(scanStream(chunks)).toMatchObject({ sizes: [9], unknownFields: 0 });
});

test('passes over one byte order mark only', () => {
  const stream = '\ufeff\ufeffdata: 1\n\n';
  expect(scanStream([stream])).toMatchObject({ types: [], unknownFields: 1 });
  expect(scanStream([Buffer.from(stream)])).toMatchObject({
    types: [],
    unknownFields: 1,
  });
});

test('reads a byte order mark after the start as part of a field', () => {
  const figures = scanStream(['data: 1\n\n', '\ufeffdata: 2\n\n']);
  expect(figures).toMatchObject({ types: ['message'], unknownFields: 1 });
  expect(typesOf('event: \ufeffa\ndata: 1\n\n')).toEqual(['\ufeffa']);
});

test('reads the first bytes of a mark without its last as part of a field', () => {
  const cut = [Buffer.of(0xef), Buffer.of(0xbb), Buffer.from('data: 1\n\n')];
  expect(scanStream(cut)).toMatchObject({ types: [], unknownFields: 1 });
  const text = [Buffer.of(0xef, 0xbb), '\ufeffdata: 1\n\ndata: 22\n\n'];
  expect(scanStream(text)).toMatchObject({ sizes: [10], unknownFields: 1 });
});

test('sizes a block that starts with the first bytes of a mark', () => {
  const cut = [Buffer.of(0xef), Buffer.of(0xbb), '\ndata\n\n'];
  expect(scanStream(cut)).toMatchObject({ sizes: [9], unknownFields: 1 });
});

test('reads a line that starts with a colon as a comment', () => {
  expect(scanStream([':\n: data: 1\n:event:a\n\n'])).toMatchObject({
    types: [],
    comments: 3,
    eventsWithoutData: 0,
  });
});

test('does not end an event at a comment', () => {
  const figures = scanStream(['event: a\n: wait\ndata: 1\n\n']);
  expect(figures).toMatchObject({ types: ['a'], comments: 1 });
});

test('reads a line without a colon as a field without a value', () => {
  expect(scanStream(['event: a\nevent\ndata\n\n'])).toMatchObject({
    types: ['message'],
    unknownFields: 0,
  });
});

test('takes one space from the start of a value, and no tab', () => {
  expect(typesOf('event:  a\ndata\n\n')).toEqual([' a']);
  expect(typesOf('event: ', ' a\ndata\n\n')).toEqual([' a']);
  expect(typesOf('event:', ' a\ndata\n\n')).toEqual(['a']);
  expect(typesOf('event:\ta\ndata\n\n')).toEqual(['\ta']);
});

test('reads a second colon as part of the value', () => {
  expect(typesOf('event:a:b\ndata\n\n')).toEqual(['a:b']);
});

test.each([
  ['Data: 1'],
  ['DATA: 1'],
  ['data : 1'],
  [' data: 1'],
  ['dat: 1'],
  ['datax: 1'],
  ['dataevent: 1'],
  ['x'],
])('reads %j as an unknown field', (line) => {
  const figures = scanStream([`${line}\n\n`]);
  expect(figures).toMatchObject({ types: [], unknownFields: 1 });
});

test('does not lose an event by an unknown field', () => {
  const figures = scanStream(['data: 1\nfoo: 2\n\n']);
  expect(figures).toMatchObject({ types: ['message'], unknownFields: 1 });
});

test('takes the last event line of a block', () => {
  expect(typesOf('event: a\nevent: b\ndata: 1\n\n')).toEqual(['b']);
  expect(typesOf('data: 1\nevent: b\n\n')).toEqual(['b']);
});

test('names an event message when its event line is empty', () => {
  expect(typesOf('event: a\nevent:\ndata: 1\n\n')).toEqual(['message']);
});

test('does not carry an event type over to the next block', () => {
  expect(typesOf('event: a\ndata: 1\n\ndata: 2\n\n')).toEqual(['a', 'message']);
  expect(typesOf('event: a\n\ndata: 2\n\n')).toEqual(['message']);
});

test('dispatches an event whose data is empty', () => {
  expect(typesOf('data:\n\ndata\n\ndata: \n\n')).toHaveLength(3);
});

test('dispatches nothing for an event line without data, and counts it', () => {
  const figures = scanStream(['event: a\n\nevent\nid: 1\n\n']);
  expect(figures).toMatchObject({ types: [], eventsWithoutData: 2 });
});

test('dispatches nothing for blocks of other fields, or for blank lines', () => {
  const figures = scanStream(['id: 1\n\nretry: 10\n\n\n\n\n']);
  expect(figures).toMatchObject({ types: [], eventsWithoutData: 0 });
});

test('counts a NUL in an id, and there only', () => {
  const figures = scanStream([
    'id: a\0b\ndata: 1\n\n',
    'id: \0\0\n\n',
    'id: a\ndata: \0\nevent: \0\n:\0\nretry: 1\n\n',
  ]);
  expect(figures).toMatchObject({ types: ['message', '\0'], nullsInId: 2 });
});

test.each([
  ['0', 0],
  ['15000', 0],
  ['007', 0],
  ['', 1],
  [' 1', 1],
  ['1 ', 1],
  ['-1', 1],
  ['+1', 1],
  ['1.5', 1],
  ['1s', 1],
  ['٣', 1],
])('reads the retry value %j with %i errors', (value, errors) => {
  expect(scanStream([`retry: ${value}\n`]).invalidRetries).toBe(errors);
});

test('reads a retry line without a colon as an error', () => {
  expect(scanStream(['retry: 1\nretry\n']).invalidRetries).toBe(1);
});

test('does not read the digits of one retry line for the next', () => {
  expect(scanStream(['retry: 1\nretry:\nretry:2\n']).invalidRetries).toBe(1);
});

test('dispatches nothing at the end of a stream', () => {
  expect(typesOf('data: 1')).toEqual([]);
  expect(typesOf('data: 1\n')).toEqual([]);
});

test('sizes an event from the first byte of its block, comments included', () => {
  expect(scanStream([': é\ndata: 好\n\n', 'data: 😀\n\n']).sizes).toEqual([
    16, 12,
  ]);
  expect(scanStream([': é\nid: 1\n\n', 'data\n\n']).sizes).toEqual([6]);
});

test('sizes an event of CR LF to the CR of its blank line', () => {
  expect(scanStream(['data\r\n\r\ndata\r\n\r\n']).sizes).toEqual([7, 7]);
  expect(scanStream(['data\r\n\r', '\ndata\r\n\r']).sizes).toEqual([7, 7]);
});
