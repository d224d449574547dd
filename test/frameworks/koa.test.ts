import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { PassThrough } from 'node:stream';
import Router, { type RouterMiddleware } from '@koa/router';
import { EventSource } from 'eventsource';
import Koa from 'koa';
import { expect, test } from 'vitest';
import type { SseInstrumentationConfig } from '../../src/types.ts';
import { measure } from '../support/measured.ts';
import { until } from '../support/poll.ts';
import { createRawClient, formatRequest } from '../support/sse-server.ts';

const BASE = { 'http.route': '/users/:id/events' };

test('a stream as the body of a Koa context is measured, events by type', async () => {
  await using server = await start((ctx) => {
    const { id } = ctx.params;
    const stream = new PassThrough();
    ctx.set('Content-Type', 'text/event-stream');
    ctx.set('Cache-Control', 'no-cache');
    ctx.body = stream;
    stream.write(`event: hello\ndata: ${id}\n\n`);
    stream.write('data: one\n\n');
  });

  const source = new EventSource(`${server.url}/users/42/events?page=2`);
  const received: string[] = [];
  source.addEventListener('hello', ({ data }) => received.push(data));
  source.onmessage = ({ data }) => received.push(data);
  await until('events', () => received.length === 2);

  expect(received).toEqual(['42', 'one']);
  expect(await server.sum('active_connections', BASE)).toBe(1);
  expect(await server.events('hello')).toBe(1);
  expect(await server.events('message')).toBe(1);
  source.close();
  await server.closed('client_disconnect');
  expect(await server.sum('active_connections')).toBe(0);
  expect(await server.sum('protocol_errors')).toBe(0);
});

test('a body of a Koa context that ends is completed', async () => {
  await using server = await start((ctx) => {
    const stream = new PassThrough();
    ctx.type = 'text/event-stream';
    ctx.body = stream;
    stream.write('event: tick\ndata: 1\n\n');
    stream.end('event: tick\ndata: 2\n\n');
  });

  const response = await fetch(`${server.url}/users/42/events`);

  expect(await response.text()).toMatch(/data: 2\n\n$/);
  await server.closed('completed');
  expect(await server.events('tick')).toBe(2);
  expect(await server.sum('active_connections')).toBe(0);
});

test('a response that Koa leaves to the handler is measured', async () => {
  await using server = await start((ctx) => {
    ctx.respond = false;
    ctx.res.writeHead(200, {
      'Content-Type': 'text/event-stream',
      'Cache-Control': 'no-cache',
    });
    ctx.res.write('data: one\n\n');
    ctx.res.end('event: bye\ndata: two\n\n');
  });

  const response = await fetch(`${server.url}/users/42/events`);

  expect(await response.text()).toBe('data: one\n\nevent: bye\ndata: two\n\n');
  await server.closed('completed');
  expect(await server.events('message')).toBe(1);
  expect(await server.events('bye')).toBe(1);
});

test('a broken client of a Koa stream is noticed', async () => {
  const stream = new PassThrough();
  await using server = await start((ctx) => {
    ctx.type = 'text/event-stream';
    ctx.body = stream;
    stream.write('data: one\n\n');
  });

  const client = createRawClient(connect(server.port, '127.0.0.1'));
  client.socket.write(formatRequest('/users/42/events'));
  await client.waitFor('data: one');
  expect(await server.sum('active_connections', BASE)).toBe(1);
  client.socket.resetAndDestroy();

  await server.closed('client_disconnect');
  expect(await server.sum('active_connections')).toBe(0);
  expect(stream.destroyed).toBe(true);
});

// Koa and its router leave nothing on Node's request and publish no channel.
test('a route of Koa is the cleaned path unless the route hook knows it', async () => {
  const routes = new WeakMap<IncomingMessage, string>();
  const config = { route: (request: IncomingMessage) => routes.get(request) };
  await using server = await start((ctx) => {
    if (ctx.query['hook']) routes.set(ctx.req, String(ctx._matchedRoute));
    ctx.type = 'text/event-stream';
    ctx.body = 'data: one\n\n';
  }, config);

  await (await fetch(`${server.url}/users/anna/events`)).text();
  await server.closed('completed', { 'http.route': '/users/anna/events' });
  await (await fetch(`${server.url}/users/anna/events?hook=1`)).text();
  await server.closed('completed');
});

async function start(
  handler: RouterMiddleware,
  config: SseInstrumentationConfig = {},
) {
  const measured = measure(config);
  const router = new Router({ prefix: '/users' });
  router.get('/:id/events', handler);
  const app = new Koa();
  app.silent = true;
  app.use(router.routes());
  const server = createServer(app.callback()).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const sum = (name: string, match = {}) =>
    measured.metrics.sum(`sse.server.${name}`, match);
  return {
    port,
    url: `http://127.0.0.1:${port}`,
    sum,
    events: (type: string) =>
      sum('sent.events', { ...BASE, 'sse.event.type': type }),
    async closed(reason: string, base: object = BASE) {
      const match = { ...base, 'sse.connection.close_reason': reason };
      const read = () => sum('closed_connections', match);
      await until(`a close as ${reason}`, read, (closed) => closed === 1);
    },
    async [Symbol.asyncDispose]() {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
      measured[Symbol.dispose]();
    },
  };
}
