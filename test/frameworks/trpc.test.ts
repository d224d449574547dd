import { createTRPCClient, httpSubscriptionLink } from '@trpc/client';
import { initTRPC, tracked } from '@trpc/server';
import { createHTTPHandler } from '@trpc/server/adapters/standalone';
import { EventSource } from 'eventsource';
import { expect, test } from 'vitest';
import { z } from 'zod';
import type { SseConnectionSummary } from '../../src/types.ts';
import { startMeasured } from '../support/measured-server.ts';
import { until } from '../support/poll.ts';

// The path of a procedure is a template already: its input is in the query.
const TICKS = { 'http.route': '/users.ticks' };

const trpc = initTRPC.create();

const router = trpc.router({
  users: trpc.router({
    ticks: trpc.procedure
      .input(z.object({ count: z.number() }))
      .subscription(async function* ({ input, signal }) {
        for (let i = 1; i <= input.count; i++) {
          yield tracked(String(i), { i });
        }
        await new Promise((resolve) =>
          signal?.addEventListener('abort', resolve),
        );
      }),
    report: trpc.procedure.subscription(async function* () {
      yield 'one';
      yield 'two';
    }),
  }),
});

test('a subscription of tRPC is measured by its procedure, events by type', async () => {
  await using server = await start();
  const received: number[] = [];
  const subscription = createClient(server.url).users.ticks.subscribe(
    { count: 3 },
    { onData: ({ data }) => received.push(data.i) },
  );
  await until('events', () => received.length === 3);

  expect(received).toEqual([1, 2, 3]);
  expect(await server.sum('activeConnections', TICKS)).toBe(1);
  const message = { ...TICKS, 'sse.event.type': 'message' };
  expect(await server.sum('sentEvents', message)).toBe(3);
  const connected = { ...TICKS, 'sse.event.type': 'connected' };
  expect(await server.sum('sentEvents', connected)).toBe(1);
  expect(await server.sum('protocolErrors')).toBe(0);
  subscription.unsubscribe();
  await until('the close', () => server.summaries.length === 1);
  expect(server.summaries[0]).toMatchObject({
    route: TICKS['http.route'],
    closeReason: 'client_disconnect',
    events: 4,
  });
});

test('a subscription of tRPC that returns ends its stream as completed', async () => {
  await using server = await start();
  const received: string[] = [];
  await new Promise<void>((resolve, reject) => {
    createClient(server.url).users.report.subscribe(undefined, {
      onData: (data) => received.push(data),
      onComplete: resolve,
      onError: reject,
    });
  });
  expect(received).toEqual(['one', 'two']);

  await until('the close', () => server.summaries.length === 1);
  expect(server.summaries[0]).toMatchObject({
    route: '/users.report',
    closeReason: 'completed',
    events: 4,
  });
  const returned = { 'sse.event.type': 'return' };
  expect(await server.sum('sentEvents', returned)).toBe(1);
  expect(await server.sum('activeConnections')).toBe(0);
});

test('a socket that breaks under a subscription of tRPC is noticed', async () => {
  await using server = await start();
  const input = encodeURIComponent('{"count":2}');
  const client = await server.request(`/users.ticks?input=${input}`);
  await client.waitFor('{"i":2}');
  expect(await server.sum('activeConnections', TICKS)).toBe(1);
  client.socket.resetAndDestroy();

  await until('the close', () => server.summaries.length === 1);
  expect(server.summaries[0]?.closeReason).toBe('client_disconnect');
  expect(await server.sum('activeConnections')).toBe(0);
});

function createClient(url: string) {
  return createTRPCClient<typeof router>({
    links: [httpSubscriptionLink({ url, EventSource })],
  });
}

async function start() {
  const summaries: SseConnectionSummary[] = [];
  const server = await startMeasured(
    { onClose: (summary) => summaries.push(summary) },
    createHTTPHandler({ router }),
  );
  return { ...server, summaries };
}
