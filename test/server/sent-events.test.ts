import { expect, test } from 'vitest';
import { ATTR_SSE_EVENT_TYPE } from '../../src/semconv.ts';
import {
  type MeasuredServer,
  startMeasured,
} from '../support/measured-server.ts';

/** Events by type, those at 0 as well. */
async function eventsByType(server: MeasuredServer) {
  const points = await server.points('sentEvents');
  return Object.fromEntries(
    points.map(({ attributes, value }) => [
      attributes[ATTR_SSE_EVENT_TYPE],
      value,
    ]),
  );
}

test('events are counted by type, message when they name none', async () => {
  await using server = await startMeasured();
  const { response } = await server.open();
  response.write('data: 1\n\nevent: tick\ndata: 2\n\n');
  response.write('event: tick\ndata: 3\n\nevent\ndata: 4\n\n');
  response.write('event: message\ndata: 5\n\nevent: naïve ☃\ndata: 6\n\n');
  expect(await eventsByType(server)).toEqual({
    message: 3,
    tick: 2,
    'naïve ☃': 1,
  });
});

test('an event counts once wherever the writes cut it', async () => {
  await using server = await startMeasured();
  const { response } = await server.open();
  for (const byte of Buffer.from('event: ti☃ck\r\ndata: 1\r\n\r\n')) {
    response.write(Buffer.of(byte));
  }
  expect(await eventsByType(server)).toEqual({ 'ti☃ck': 1 });
});

test('a comment, an event without data and an unfinished one are no events', async () => {
  await using server = await startMeasured();
  const { response } = await server.open();
  response.write(': ping\n\nevent: x\n\nid: 1\n\ndata: 1\n');
  expect(await server.sum('sentEvents')).toBe(0);
});

test('with a list every other type is _OTHER', async () => {
  await using server = await startMeasured({ eventTypes: ['tick', 'done'] });
  const { response } = await server.open();
  response.write('event: tick\ndata: 1\n\nevent: tock\ndata: 1\n\ndata: 1\n\n');
  expect(await eventsByType(server)).toEqual({ tick: 1, done: 0, _OTHER: 2 });
});

test('a list keeps its types whatever maxEventTypes is', async () => {
  const eventTypes = Array.from({ length: 30 }, (_, i) => `type-${i}`);
  await using server = await startMeasured({ eventTypes, maxEventTypes: 1 });
  const { response } = await server.open();
  for (const type of eventTypes) response.write(`event: ${type}\ndata: 1\n\n`);
  expect(await eventsByType(server)).toEqual(
    Object.fromEntries(eventTypes.map((type) => [type, 1])),
  );
});

test('without a list the first maxEventTypes are kept, in the whole process', async () => {
  await using server = await startMeasured({ maxEventTypes: 2 });
  const first = await server.open('/first');
  const second = await server.open('/second');
  first.response.write('event: a\ndata: 1\n\n');
  second.response.write('event: b\ndata: 1\n\nevent: c\ndata: 1\n\n');
  first.response.write('event: c\ndata: 1\n\nevent: d\ndata: 1\n\n');
  second.response.write('event: a\ndata: 1\n\nevent: c\ndata: 1\n\n');
  const sum = (type: string) =>
    server.sum('sentEvents', { [ATTR_SSE_EVENT_TYPE]: type });
  expect(await sum('a')).toBe(2);
  expect(await sum('b')).toBe(1);
  expect(await sum('_OTHER')).toBe(4);
  expect(await server.sum('sentEvents')).toBe(7);
});

test('twenty types are kept by default', async () => {
  await using server = await startMeasured();
  const { response } = await server.open();
  for (let i = 0; i < 25; i++) response.write(`event: e${i}\ndata: 1\n\n`);
  const byType = await eventsByType(server);
  expect(Object.keys(byType)).toHaveLength(21);
  expect(byType['e19']).toBe(1);
  expect(byType['e20']).toBeUndefined();
  expect(byType['_OTHER']).toBe(5);
});

test('a type that is called _OTHER is the other types', async () => {
  await using server = await startMeasured({ maxEventTypes: 1 });
  const { response } = await server.open();
  response.write('event: a\ndata: 1\n\nevent: _OTHER\ndata: 1\n\n');
  response.write('event: b\ndata: 1\n\nevent: a\ndata: 1\n\n');
  expect(await eventsByType(server)).toEqual({ a: 2, _OTHER: 2 });
});

test('a type longer than the limit is cut', async () => {
  await using server = await startMeasured();
  const { response } = await server.open();
  response.write(`event: ${'x'.repeat(5000)}\ndata: 1\n\n`);
  const [type = ''] = Object.keys(await eventsByType(server));
  expect(type).toMatch(/^x+/);
  expect(type.length).toBeLessThanOrEqual(200);
  expect(await server.sum('sentEvents')).toBe(1);
});
