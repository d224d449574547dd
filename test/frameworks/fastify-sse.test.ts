import { type AddressInfo, connect } from 'node:net';
import { fastifySSE } from '@fastify/sse';
import { EventSource } from 'eventsource';
import fastify, { type RouteHandlerMethod } from 'fastify';
import { expect, test } from 'vitest';
import { measure } from '../support/measured.ts';
import { until } from '../support/poll.ts';
import { createRawClient, formatRequest } from '../support/sse-server.ts';

const BASE = { 'http.route': '/users/:id/events' };

test('@fastify/sse is measured, events by type', async () => {
  await using server = await start(async (_request, reply) => {
    reply.sse.keepAlive();
    await reply.sse.send({ event: 'hello', id: '1', data: { name: 'anna' } });
    await reply.sse.send('two\nlines');
  });

  const source = new EventSource(`${server.url}/users/42/events`);
  const received: string[] = [];
  source.addEventListener('hello', ({ data }) => received.push(data));
  source.onmessage = ({ data }) => received.push(data);
  await until('events', () => received.length === 2);

  expect(received).toEqual(['{"name":"anna"}', 'two\nlines']);
  expect(await server.sum('active_connections', BASE)).toBe(1);
  expect(await server.events('hello')).toBe(1);
  expect(await server.events('message')).toBe(1);
  source.close();
  await server.closed('client_disconnect');
  expect(await server.sum('active_connections')).toBe(0);
  expect(await server.sum('protocol_errors')).toBe(0);
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
  await server.closed('completed');
  expect(await server.events('tick')).toBe(5);
  expect(await server.sum('active_connections')).toBe(0);
});

test('heartbeats of @fastify/sse are comments, and its broken client is noticed', async () => {
  await using server = await start(async (_request, reply) => {
    reply.sse.keepAlive();
    reply.sse.sendHeaders();
  });

  const client = createRawClient(connect(server.port, '127.0.0.1'));
  client.socket.write(formatRequest('/users/42/events'));
  await client.waitFor(': heartbeat\n\n');
  expect(await server.sum('sent.comments', BASE)).toBeGreaterThanOrEqual(1);
  expect(await server.sum('sent.events')).toBe(0);
  expect(await server.sum('waiting_connections', BASE)).toBe(1);
  client.socket.resetAndDestroy();

  await server.closed('client_disconnect');
  expect(await server.sum('active_connections')).toBe(0);
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
  expect(await server.sum('failed_connections', failed)).toBe(1);
  expect(await server.sum('opened_connections')).toBe(0);
});

async function start(handler: RouteHandlerMethod) {
  const measured = measure();
  const app = fastify();
  await app.register(fastifySSE, { heartbeatInterval: 50 });
  app.get('/users/:id/events', { sse: 'only' }, handler);
  await app.listen({ port: 0, host: '127.0.0.1' });
  const { port } = app.server.address() as AddressInfo;
  const sum = (name: string, match = {}) =>
    measured.metrics.sum(`sse.server.${name}`, match);
  return {
    port,
    url: `http://127.0.0.1:${port}`,
    sum,
    events: (type: string) =>
      sum('sent.events', { ...BASE, 'sse.event.type': type }),
    async closed(reason: string) {
      const match = { ...BASE, 'sse.connection.close_reason': reason };
      const read = () => sum('closed_connections', match);
      await until(`a close as ${reason}`, read, (closed) => closed === 1);
    },
    async [Symbol.asyncDispose]() {
      app.server.closeAllConnections();
      await app.close();
      measured[Symbol.dispose]();
    },
  };
}
