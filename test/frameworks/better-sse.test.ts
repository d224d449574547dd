import { createChannel, createSession } from 'better-sse';
import { EventSource } from 'eventsource';
import { expect, test } from 'vitest';
import { startMeasured } from '../support/measured-server.ts';
import { until } from '../support/poll.ts';

test('better-sse sessions on a channel are measured, events by type', async () => {
  const channel = createChannel();
  await using server = await startMeasured({}, async (request, response) => {
    channel.register(await createSession(request, response));
  });
  const received: string[] = [];
  const sources = Array.from({ length: 3 }, () => {
    const source = new EventSource(`${server.url}/stream`);
    source.addEventListener('tick', ({ data }) => received.push(data));
    return source;
  });
  await until('sessions', () => channel.sessionCount === 3);
  for (let i = 0; i < 5; i++) channel.broadcast({ i }, 'tick');
  await until('events', () => received.length === 15);

  expect(await server.sum('activeConnections')).toBe(3);
  expect(await server.sum('sentEvents', { 'sse.event.type': 'tick' })).toBe(15);
  expect(await server.sum('protocolErrors')).toBe(0);
  for (const source of sources) source.close();
  await server.closed(3);
  expect(
    await server.sum('closedConnections', {
      'sse.connection.close_reason': 'client_disconnect',
    }),
  ).toBe(3);
});

test('a client that comes back with Last-Event-ID counts as resumed', async () => {
  await using server = await startMeasured({}, async (request, response) => {
    const session = await createSession(request, response, { retry: 20 });
    const { lastId } = session;
    session.push('hello', 'message', `id-${lastId || 'first'}`);
    if (lastId === '') setImmediate(() => response.end());
  });
  const ids: string[] = [];
  const source = new EventSource(`${server.url}/stream`);
  source.onmessage = ({ lastEventId }) => ids.push(lastEventId);
  await until('the second connection', () => ids.length === 2);
  source.close();
  await server.closed(2);

  expect(ids).toEqual(['id-first', 'id-id-first']);
  expect(
    await server.sum('openedConnections', { 'sse.connection.resumed': true }),
  ).toBe(1);
  expect(
    await server.sum('openedConnections', { 'sse.connection.resumed': false }),
  ).toBe(1);
  expect(
    await server.sum('closedConnections', {
      'sse.connection.close_reason': 'completed',
    }),
  ).toBe(1);
});
