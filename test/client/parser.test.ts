import { createParser } from 'eventsource-parser';
import { expect, test } from 'vitest';
import { createEventParser } from '../../src/client/parser.ts';
import type { SseReceivedEvent } from '../../src/client/types.ts';

const STREAMS = [
  'data: 1\n\ndata: 2\n\n',
  '\uFEFFdata: after a mark\n\n',
  'data: a\r\ndata: b\r\n\r\ndata: c\r\rdata:  two spaces\n\n',
  'event: tick\nid: 7\ndata: é€😀\n\nevent: no data\n\ndata\n\ndata:\n\n',
  ': comment\nretry: 5\nid: 1\0\nid\ndata: x\nunknown: y\n\ndata: unfinished',
  'event: a\nevent: b\ndata: {"a":\ndata: 1}\n\n:\n\n',
];

function parse(bytes: Uint8Array, size: number): SseReceivedEvent[] {
  const events: SseReceivedEvent[] = [];
  const feed = createEventParser((event) => events.push(event));
  for (let i = 0; i < bytes.length; i += size) {
    feed(bytes.subarray(i, i + size));
  }
  return events;
}

test('it finds what eventsource-parser finds, wherever a stream is cut', () => {
  for (const text of STREAMS) {
    const expected: [string, string][] = [];
    const parser = createParser({
      onEvent: ({ event, data }) => expected.push([event ?? 'message', data]),
    });
    parser.feed(text.replace('\uFEFF', ''));
    const bytes = new TextEncoder().encode(text);
    for (let size = 1; size <= bytes.length; size++) {
      const found = parse(bytes, size).map(({ type, data }) => [type, data]);
      expect(found, `${JSON.stringify(text)} by ${size}`).toEqual(expected);
    }
  }
});

test('the last event id stays until there is another', () => {
  const bytes = new TextEncoder().encode(
    'id: 1\ndata: a\n\ndata: b\n\nid\ndata: c\n\n',
  );
  expect(parse(bytes, 3).map(({ lastEventId }) => lastEventId)).toEqual([
    ...['1', '1', ''],
  ]);
});

test('no more than 64 Ki characters of an event are kept', () => {
  const line = `data: ${'x'.repeat(40_000)}\n`;
  const bytes = new TextEncoder().encode(`${line.repeat(5)}\n`);
  const [event, ...others] = parse(bytes, 1000);
  expect(event?.data).toHaveLength(65_536);
  expect(others).toEqual([]);
});
