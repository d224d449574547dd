import { expect, test } from 'vitest';
import { readTimestamp } from '../../src/client/sent-at.ts';
import { createServerClocks } from '../../src/client/server-clock.ts';

const NOON = Date.parse('2026-11-23T12:00:00Z');
const date = (time: number) => new Date(time).toUTCString();
const headersOf =
  (headers: Readonly<Record<string, string>>) => (name: string) =>
    headers[name];

test('a clock that may be right is left alone', () => {
  const clocks = createServerClocks();
  clocks.learn('a', headersOf({ date: date(NOON) }), NOON + 900, NOON + 950);
  expect(clocks.offsetOf('a')).toBe(0);
  expect(clocks.offsetOf('never seen')).toBe(0);
});

test('a clock that must be wrong is corrected by what is certain', () => {
  const clocks = createServerClocks();
  const headers = headersOf({ date: date(NOON + 60_000) });
  clocks.learn('ahead', headers, NOON, NOON + 100);
  expect(clocks.offsetOf('ahead')).toBe(59_900);
  clocks.learn('behind', headers, NOON + 120_000, NOON + 120_100);
  expect(clocks.offsetOf('behind')).toBe(-59_000);
});

test('each further answer narrows the bounds, until a clock is set', () => {
  const clocks = createServerClocks();
  const learn = (server: number, ours: number) =>
    clocks.learn('a', headersOf({ date: date(server) }), ours, ours + 10);
  learn(NOON + 60_000, NOON);
  expect(clocks.offsetOf('a')).toBe(59_990);
  // Half a second later the server's second is over: it is half a second ahead.
  learn(NOON + 61_000, NOON + 500);
  expect(clocks.offsetOf('a')).toBe(60_490);
  learn(NOON + 120_000, NOON + 1000);
  expect(clocks.offsetOf('a')).toBe(118_990);
});

test('a clock that is behind is narrowed from its other side', () => {
  const clocks = createServerClocks();
  const learn = (server: number, ours: number) =>
    clocks.learn('a', headersOf({ date: date(server) }), ours, ours + 10);
  learn(NOON - 60_000, NOON);
  expect(clocks.offsetOf('a')).toBe(-59_000);
  // The server's second is not over yet: it is half a second further behind.
  learn(NOON - 60_000, NOON + 500);
  expect(clocks.offsetOf('a')).toBe(-59_500);
  learn(NOON - 59_000, NOON + 1_000);
  expect(clocks.offsetOf('a')).toBe(-59_500);
});

test('Server-Timing bounds it to the time of the answer', () => {
  const clocks = createServerClocks();
  const headers = headersOf({
    date: date(NOON),
    'server-timing': `db;dur=5, now;dur=${NOON + 5000.5}`,
  });
  clocks.learn('a', headers, NOON, NOON + 20);
  expect(clocks.offsetOf('a')).toBe(4980.5);
});

test('a header that is no time teaches nothing', () => {
  const clocks = createServerClocks();
  clocks.learn('a', headersOf({ date: 'soon' }), NOON, NOON);
  clocks.learn('a', headersOf({ 'server-timing': 'now' }), NOON, NOON);
  expect(clocks.offsetOf('a')).toBe(0);
});

test('the field timestamp of JSON is the time, when it is a number', () => {
  const read = (data: string) =>
    readTimestamp({ type: 'message', data, lastEventId: '' });
  expect(read('{"timestamp":5,"x":1}')).toBe(5);
  expect(read('{"timestamp":"5"}')).toBeUndefined();
  expect(read('{"a":{"timestamp":5}}')).toBeUndefined();
  expect(read('"timestamp"')).toBeUndefined();
  expect(read('{"timestamp":5')).toBeUndefined();
  expect(read(`{"timestamp":5,"x":"${'x'.repeat(20_000)}"}`)).toBeUndefined();
});
