import { expect, test } from 'vitest';
import { WINDOW_MS, WindowMax } from '../../src/metrics/window-max.ts';

/** A moment in the n-th window, in milliseconds. */
const inWindow = (window: number, milliseconds = 0) =>
  window * WINDOW_MS + milliseconds;

test('the maximum is over the current and the previous window', () => {
  const max = new WindowMax();
  max.add(5, inWindow(100, 10));
  max.add(3, inWindow(100, 20));
  expect(max.read(inWindow(100, 30))).toBe(5);
  max.add(4, inWindow(101));
  expect(max.read(inWindow(101, WINDOW_MS - 1))).toBe(5);
  expect(max.read(inWindow(102))).toBe(4);
  expect(max.read(inWindow(103))).toBe(0);
});

test('a value is seen for one window at least and two at most', () => {
  const max = new WindowMax();
  max.add(7, inWindow(10, WINDOW_MS - 1));
  expect(max.read(inWindow(11, WINDOW_MS - 1))).toBe(7);
  expect(max.read(inWindow(12))).toBe(0);
  max.add(7, inWindow(20));
  expect(max.read(inWindow(21, WINDOW_MS - 1))).toBe(7);
  expect(max.read(inWindow(22))).toBe(0);
});

test('reading changes nothing for the next reader', () => {
  const max = new WindowMax();
  max.add(9, inWindow(50));
  for (let reads = 0; reads < 10; reads++) {
    expect(max.read(inWindow(50, reads))).toBe(9);
  }
  expect(max.read(inWindow(51))).toBe(9);
  expect(max.read(inWindow(51))).toBe(9);
  expect(max.read(inWindow(52))).toBe(0);
});

test('nobody needs to read for a value to be forgotten', () => {
  const max = new WindowMax();
  max.add(9, inWindow(50));
  max.add(1, inWindow(99));
  expect(max.read(inWindow(99))).toBe(1);
});

test('a maximum to which nothing was added is 0', () => {
  expect(new WindowMax().read(inWindow(3))).toBe(0);
  expect(new WindowMax().read(0)).toBe(0);
});
