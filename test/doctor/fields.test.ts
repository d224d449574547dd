import { expect, test } from 'vitest';
import { createFieldReader } from '../../src/doctor/watch/fields.ts';
import { findStamp } from '../../src/doctor/watch/stamps.ts';
import { createScanState, scan } from '../../src/protocol/scanner.ts';

const STREAM = Buffer.from(
  '\ufeffretry: 10\r\n\r\nid: 1\rdata: é\r\rid\n:c\n\nevent: a\n\ndata\n\nid:x\0\ndata: b\n\nretry: 1x\nid: 2\r\ndata: {"at":1790000000123}\r\n\r\ndata: cut',
);

/** What a reader tells of a stream that comes in pieces of so many bytes. */
function read(size: number) {
  const told = {
    events: [] as unknown[],
    ids: [] as string[],
    retries: [] as number[],
    marks: 0,
  };
  const reader = createFieldReader({
    onEvent: ({ id, stamp }) => told.events.push([id, stamp?.ms]),
    onId: (id) => told.ids.push(id),
    onRetry: (ms) => told.retries.push(ms),
    onByteOrderMark: () => {
      told.marks++;
    },
  });
  const state = createScanState();
  let events = 0;
  for (let at = 0; at < STREAM.length; at += size) {
    const chunk = STREAM.subarray(at, at + size);
    events += scan(state, chunk).events;
    reader(chunk);
  }
  return { ...told, scanned: events };
}

test('ids, retry and time stamps are read however the stream is cut', () => {
  const expected = {
    events: [
      ['1', undefined],
      [undefined, undefined],
      [undefined, undefined],
      ['2', 1_790_000_000_123],
    ],
    ids: [''],
    retries: [10],
    marks: 1,
    scanned: 4,
  };
  for (const size of [1, 2, 3, 7, 1000]) expect(read(size)).toEqual(expected);
});

test('a long event looks the same however it is cut', () => {
  const event = Buffer.from(`data: ${'abc'.repeat(5000)}\n\n`);
  const prints = [1, 7, 2048, 100_000].map((size) => {
    const found: string[] = [];
    const reader = createFieldReader({
      onEvent: ({ print }) => found.push(print),
      onId: () => {},
      onRetry: () => {},
      onByteOrderMark: () => {},
    });
    for (let at = 0; at < event.length; at += size)
      reader(event.subarray(at, at + size));
    return found.join();
  });
  expect(new Set(prints).size).toBe(1);
});

test('time stamps are found in the forms that servers write', () => {
  expect(findStamp('{"at":"2026-11-23T10:00:00.250Z"}')).toEqual({
    ms: Date.UTC(2026, 10, 23, 10, 0, 0, 250),
    grainMs: 1,
  });
  expect(findStamp('2026-11-23 12:00:00+02:00')).toEqual({
    ms: Date.UTC(2026, 10, 23, 10),
    grainMs: 1000,
  });
  expect(findStamp('1763892000')).toEqual({
    ms: 1_763_892_000_000,
    grainMs: 1000,
  });
  expect(findStamp('1763892000.5')?.ms).toBe(1_763_892_000_500);
  expect(findStamp('1763892000123456')?.ms).toBe(1_763_892_000_123);
  for (const text of [
    '12345',
    '99999999999999999999',
    '1.1763892000',
    '2026-99-99T99:99:99Z',
  ])
    expect(findStamp(text), text).toBeUndefined();
});

test('a line without an end takes no memory', () => {
  const reader = createFieldReader({
    onEvent: ({ print }) => expect(print.length).toBeLessThan(100),
    onId: () => {},
    onRetry: () => {},
    onByteOrderMark: () => {},
  });
  const before = process.memoryUsage().heapUsed;
  const chunk = Buffer.alloc(1024 * 1024, 'x');
  for (let i = 0; i < 64; i++) reader(chunk);
  reader(Buffer.from('\n\n'));
  expect(process.memoryUsage().heapUsed - before).toBeLessThan(32 * 1024 ** 2);
  expect.assertions(1);
});
