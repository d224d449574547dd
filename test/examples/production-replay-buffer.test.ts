import { expect, test } from 'vitest';
import { createReplayBuffer } from '../../examples/production/src/replay-buffer.js';

const ids = ({ events }: { events: readonly { id: string }[] }) =>
  events.map(({ id }) => id);

function fill(count: number, limits = {}, isShared = true) {
  const buffer = createReplayBuffer(
    { maxEvents: 100, maxBytes: 1e6, ...limits },
    isShared,
  );
  for (let index = 1; index <= count; index++) {
    buffer.push({ id: `${index}-0`, type: 'test', data: '"0123456789"' });
  }
  return buffer;
}

test('a reader gets what came after its last event', () => {
  const after = (id: string) => {
    const { isComplete, ...found } = fill(5).readAfter(id);
    return { isComplete, ids: ids(found) };
  };
  expect(after('3-0')).toEqual({ isComplete: true, ids: ['4-0', '5-0'] });
  expect(after('5-0')).toEqual({ isComplete: true, ids: [] });
  // Of another replica, which is ahead.
  expect(after('6-0')).toEqual({ isComplete: true, ids: [] });
  expect(after('nonsense')).toMatchObject({ isComplete: false });
  expect(after('nonsense').ids).toHaveLength(5);
});

test('an id that another process made is not taken for one of ours', () => {
  const buffer = fill(3, {}, false);
  expect(buffer.readAfter('9-0')).toMatchObject({ isComplete: false });
  expect(ids(buffer.readAfter('9-0'))).toHaveLength(3);
});

test('it says so when what a reader missed is not all there', () => {
  const buffer = fill(1000);
  const { events } = buffer.size();
  expect(events).toBeGreaterThanOrEqual(100);
  expect(events).toBeLessThanOrEqual(110);
  const first = 1000 - events + 1;
  expect(buffer.readAfter(`${first - 1}-0`).isComplete).toBe(true);
  expect(buffer.readAfter(`${first - 2}-0`).isComplete).toBe(false);
});

test('it is bounded by bytes too', () => {
  const buffer = fill(100, { maxBytes: 240 });
  expect(buffer.size().bytes).toBeLessThanOrEqual(240);
  expect(buffer.size().events).toBeGreaterThan(15);
  expect(buffer.meanBytes()).toBe(12);
  // One event that is larger than all that may be kept.
  buffer.push({ id: '101-0', type: 'test', data: 'x'.repeat(300) });
  expect(buffer.size()).toEqual({ events: 0, bytes: 0 });
  expect(buffer.readAfter('100-0')).toEqual({ events: [], isComplete: false });
  expect(buffer.readAfter('101-0').isComplete).toBe(true);
});

test('what a source repeats is kept once', () => {
  const buffer = fill(3);
  const event = { id: '3-0', type: 'test', data: '1' };
  expect(buffer.push(event)).toBe(false);
  expect(buffer.push({ ...event, id: '3-1' })).toBe(true);
  expect(buffer.lastId()).toBe('3-1');
});

test('a hole in the source is a hole for who comes back', () => {
  const buffer = fill(3);
  expect(buffer.startAfter('2-0')).toBe(true);
  expect(buffer.startAfter('7-0')).toBe(false);
  buffer.push({ id: '8-0', type: 'test', data: '1' });
  expect(buffer.readAfter('3-0').isComplete).toBe(false);
  expect(ids(buffer.readAfter('7-0'))).toEqual(['8-0']);
});

test('it can be made smaller, and knows what it gave up', () => {
  const buffer = fill(100);
  buffer.shrink(0.1);
  expect(buffer.size().events).toBe(10);
  expect(buffer.readAfter('90-0').isComplete).toBe(true);
  expect(buffer.readAfter('89-0').isComplete).toBe(false);
});
