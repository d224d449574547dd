import { expect, test } from 'vitest';
import { delayOf, readTimestamp } from '../../src/client/sent-at.ts';
import { ServerClocks } from '../../src/client/server-clock.ts';

const NOON = Date.parse('2026-11-23T12:00:00Z');
const date = (time: number) => new Date(time).toUTCString();
const NO_TIMING = { serverTiming: undefined };

test('a clock that may be right is left alone', () => {
  const clocks = new ServerClocks();
  clocks.learn('a', { date: date(NOON), ...NO_TIMING }, NOON + 900, NOON + 950);
  expect(clocks.offsetOf('a')).toBe(0);
  expect(clocks.offsetOf('never seen')).toBe(0);
});

test('a clock that must be wrong is corrected by what is certain', () => {
  const clocks = new ServerClocks();
  const headers = { date: date(NOON + 60_000), ...NO_TIMING };
  clocks.learn('ahead', headers, NOON, NOON + 100);
  expect(clocks.offsetOf('ahead')).toBe(59_900);
  clocks.learn('behind', headers, NOON + 120_000, NOON + 120_100);
  expect(clocks.offsetOf('behind')).toBe(-59_000);
});

test('each further answer narrows the bounds, until a clock is set', () => {
  const clocks = new ServerClocks();
  const learn = (server: number, ours: number) =>
    clocks.learn('a', { date: date(server), ...NO_TIMING }, ours, ours + 10);
  learn(NOON + 60_000, NOON);
  expect(clocks.offsetOf('a')).toBe(59_990);
  // Half a second later the server's second is over: it is half a second ahead.
  learn(NOON + 61_000, NOON + 500);
  expect(clocks.offsetOf('a')).toBe(60_490);
  learn(NOON + 120_000, NOON + 1000);
  expect(clocks.offsetOf('a')).toBe(118_990);
});

test('Server-Timing bounds it to the time of the answer', () => {
  const clocks = new ServerClocks();
  const serverTiming = `db;dur=5, now;dur=${NOON + 5000.5}`;
  clocks.learn('a', { date: date(NOON), serverTiming }, NOON, NOON + 20);
  expect(clocks.offsetOf('a')).toBe(4980.5);
});

test('a header that is no time teaches nothing', () => {
  const clocks = new ServerClocks();
  clocks.learn('a', { date: 'soon', ...NO_TIMING }, NOON, NOON);
  clocks.learn('a', { date: undefined, serverTiming: 'now' }, NOON, NOON);
  expect(clocks.offsetOf('a')).toBe(0);
});

test('a delay is never negative, and none where there is no time', () => {
  expect(delayOf(NOON, NOON + 1500)).toBe(1.5);
  expect(delayOf(NOON + 1500, NOON)).toBe(0);
  expect(delayOf(undefined, NOON)).toBeUndefined();
  // Seconds since 1970, by a mistake.
  expect(delayOf(NOON / 1000, NOON)).toBeUndefined();
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
