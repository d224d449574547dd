import { expect, test } from 'vitest';
import type { FinalEvents } from '../../src/types.ts';
import {
  finish,
  type MeasuredServer,
  startMeasured,
} from '../support/measured-server.ts';

/** Opens a stream, writes, ends it; waits until that is counted. */
async function complete(
  server: MeasuredServer,
  path: string,
  writes: readonly (string | Uint8Array)[],
): Promise<void> {
  const closed = await server.sum('closedConnections');
  const opened = await server.open(path);
  for (const chunk of writes) opened.response.write(chunk);
  await finish(opened);
  await server.closed(closed + 1);
}

const BOTH: FinalEvents = ['done', '[DONE]'];

test('a stream completed without a final event is unfinished', async () => {
  await using server = await startMeasured({ finalEvents: BOTH });
  await complete(server, '/', ['data: 1\n\n']);
  expect(await server.sum('unfinishedCloses')).toBe(1);
  await complete(server, '/', []);
  expect(await server.sum('unfinishedCloses')).toBe(2);
});

test('a stream completed with a final event is whole', async () => {
  await using server = await startMeasured({ finalEvents: BOTH });
  await complete(server, '/', ['data: 1\n\n', 'event: done\ndata: {}\n\n']);
  await complete(server, '/', ['data: 1\n\n', 'data: [DONE]\n\n']);
  await complete(server, '/', ['data: 1\n\ndata: [DONE]\n\ndata: 2\n\n']);
  const points = await server.points('unfinishedCloses');
  expect(points.map(({ value }) => value)).toEqual([0]);
});

test('a final event counts wherever the writes cut it', async () => {
  await using server = await startMeasured({ finalEvents: BOTH });
  for (const text of ['event: done\ndata: {}\n\n', 'data: [DONE]\n\n']) {
    for (let cut = 1; cut < text.length; cut++) {
      await complete(server, '/', [text.slice(0, cut), text.slice(cut)]);
    }
    await complete(
      server,
      '/',
      [...Buffer.from(text)].map((byte) => Buffer.of(byte)),
    );
  }
  expect(await server.sum('unfinishedCloses')).toBe(0);
});

test('what only looks like a final event leaves the stream unfinished', async () => {
  await using server = await startMeasured({ finalEvents: BOTH });
  const texts = [
    'event: done\n\n',
    'data: [DONE]\n',
    ': [DONE]\n\n',
    'data: [DONE] \n\n',
    'data: it is [DONE]\n\n',
    'id: done\ndata: 1\n\n',
    'event: done!\ndata: 1\n\n',
  ];
  for (const text of texts) await complete(server, '/', [text]);
  expect(await server.sum('unfinishedCloses')).toBe(texts.length);
});

test('a broadcast text that holds the final event finishes each stream', async () => {
  await using server = await startMeasured({ finalEvents: ['done'] });
  const opened = await Promise.all(
    Array.from({ length: 5 }, () => server.open()),
  );
  const text = 'event: done\ndata: {}\n\n';
  for (const { response } of opened) response.write(text);
  await Promise.all(opened.map(finish));
  await server.closed(5);
  expect(await server.sum('unfinishedCloses')).toBe(0);
});

test('a stream that the client left is not unfinished', async () => {
  await using server = await startMeasured({ finalEvents: BOTH });
  const { client } = await server.open('/');
  client.socket.destroy();
  await server.closed(1);
  expect(await server.sum('unfinishedCloses')).toBe(0);
});

test('without final events nothing is reported', async () => {
  await using server = await startMeasured();
  await complete(server, '/', ['data: 1\n\n']);
  expect(await server.points('unfinishedCloses')).toEqual([]);
});

test('final events are those of the route, * of the other routes', async () => {
  await using server = await startMeasured({
    finalEvents: { '/chat': ['[DONE]'], '*': ['end'] },
  });
  const chatEnd = ['data: [DONE]\n\n'];
  const otherEnd = ['event: end\ndata: 1\n\n'];
  await complete(server, '/chat', chatEnd);
  await complete(server, '/chat', otherEnd);
  await complete(server, '/other', otherEnd);
  await complete(server, '/other', chatEnd);
  await complete(server, '/third', chatEnd);
  const sum = (route: string) =>
    server.sum('unfinishedCloses', { 'http.route': route });
  expect(await sum('/chat')).toBe(1);
  expect(await sum('/other')).toBe(1);
  expect(await sum('/third')).toBe(1);
});

test('a route without final events is not reported beside one that has them', async () => {
  await using server = await startMeasured({
    finalEvents: { '/chat': ['[DONE]'] },
  });
  await complete(server, '/chat', ['data: 1\n\n']);
  await complete(server, '/ticker', ['data: 1\n\n']);
  const points = await server.points('unfinishedCloses');
  expect(
    points.map(({ attributes, value }) => [attributes['http.route'], value]),
  ).toEqual([['/chat', 1]]);
});

test('a final event may be 32 bytes long and hold any character', async () => {
  const longest = `${'☃'.repeat(10)}ab`;
  await using server = await startMeasured({ finalEvents: [longest] });
  await complete(server, '/', [`data: ${longest}\n\n`]);
  expect(await server.sum('unfinishedCloses')).toBe(0);
  await complete(server, '/', [`data: ${longest}c\n\n`]);
  expect(await server.sum('unfinishedCloses')).toBe(1);
});
