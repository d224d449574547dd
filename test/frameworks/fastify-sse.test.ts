import { fastifySSE } from '@fastify/sse';
import fastify, { type RouteHandlerMethod } from 'fastify';
import { expect, test } from 'vitest';
import {
  type FrameworkServer,
  startFramework,
} from '../support/framework-server.ts';

const BASE = { 'http.route': '/users/:id/events' };

test('@fastify/sse is measured, events by type', async () => {
  await using server = await start(async (_request, reply) => {
    reply.sse.keepAlive();
    await reply.sse.send({ event: 'hello', id: '1', data: { name: 'anna' } });
    await reply.sse.send('two\nlines');
  });

  const client = await server.receive('/users/42/events', 2);

  expect(client.received).toEqual(['{"name":"anna"}', 'two\nlines']);
  expect(await server.sum('activeConnections', BASE)).toBe(1);
  expect(await server.events('hello', BASE)).toBe(1);
  expect(await server.events('message', BASE)).toBe(1);
  client.close();
  await server.closed('client_disconnect', BASE);
  expect(await server.sum('activeConnections')).toBe(0);
  expect(await server.sum('protocolErrors')).toBe(0);
});

test('an async generator that @fastify/sse sends to its end is completed', async () => {
  await using server = await start(async (_request, reply) => {
    async function* ticks() {
      for (let i = 0; i < 5; i++) yield { event: 'tick', data: i };
    }
    await reply.sse.send(ticks());
  });

  const response = await fetch(`${server.url}/users/42/events`, {
    headers: { accept: 'text/event-stream' },
  });

  expect(await response.text()).toMatch(/event: tick\ndata: 4\n\n$/);
  await server.closed('completed', BASE);
  expect(await server.events('tick', BASE)).toBe(5);
  expect(await server.sum('activeConnections')).toBe(0);
});

test('heartbeats of @fastify/sse are comments, and its broken client is noticed', async () => {
  await using server = await start(async (_request, reply) => {
    reply.sse.keepAlive();
    reply.sse.sendHeaders();
  });

  const client = await server.open('/users/42/events', ': heartbeat\n\n');
  expect(await server.sum('sentComments', BASE)).toBeGreaterThanOrEqual(1);
  expect(await server.sum('sentEvents')).toBe(0);
  expect(await server.sum('waitingConnections', BASE)).toBe(1);
  client.socket.resetAndDestroy();

  await server.closed('client_disconnect', BASE);
  expect(await server.sum('activeConnections')).toBe(0);
});

test('a client that @fastify/sse refuses counts as failed', async () => {
  await using server = await start(async (_request, reply) => {
    reply.code(503);
    return { error: 'full' };
  });

  await fetch(`${server.url}/users/42/events`, {
    headers: { accept: 'text/event-stream' },
  });

  const failed = { ...BASE, 'error.type': '503' };
  expect(await server.sum('failedConnections', failed)).toBe(1);
  expect(await server.sum('openedConnections')).toBe(0);
});

async function start(handler: RouteHandlerMethod): Promise<FrameworkServer> {
  const app = fastify();
  await app.register(fastifySSE, { heartbeatInterval: 50 });
  app.get('/users/:id/events', { sse: 'only' }, handler);
  return startFramework(
    async () => {
      await app.listen({ port: 0, host: '127.0.0.1' });
      return app.server;
    },
    {},
    () => app.close(),
  );
}
