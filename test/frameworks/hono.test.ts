import type { IncomingMessage, Server } from 'node:http';
import { type HttpBindings, serve } from '@hono/node-server';
import { Hono } from 'hono';
import { routePath } from 'hono/route';
import { streamSSE } from 'hono/streaming';
import { expect, test } from 'vitest';
import type { SseInstrumentationConfig } from '../../src/types.ts';
import {
  type FrameworkServer,
  startFramework,
} from '../support/framework-server.ts';

// Nothing leads from Node's request to Hono's context: the route is the cleaned path.
const ROUTE = { 'http.route': '/users/:id/events' };

test('streamSSE of Hono is measured, events by type', async () => {
  await using app = await start();
  const client = await app.receive('/users/42/events', 3);

  expect(client.received).toEqual(['42', 'one', 'two\nlines']);
  expect(await app.sum('activeConnections', ROUTE)).toBe(1);
  const hello = { ...ROUTE, 'sse.event.type': 'hello' };
  expect(await app.sum('sentEvents', hello)).toBe(1);
  const message = { ...ROUTE, 'sse.event.type': 'message' };
  expect(await app.sum('sentEvents', message)).toBe(2);
  expect(await app.sum('protocolErrors')).toBe(0);
  client.close();
  expect(await app.summary()).toMatchObject({
    route: ROUTE['http.route'],
    closeReason: 'client_disconnect',
    events: 3,
  });
});

test('a streamSSE callback of Hono that returns completes its stream', async () => {
  await using app = await start();
  const answer = await fetch(`${app.url}/users/42/report`);
  expect(await answer.text()).toBe('event: done\ndata: 42\nid: 1\n\n');

  expect(await app.summary()).toMatchObject({
    route: '/users/:id/report',
    closeReason: 'completed',
    events: 1,
  });
  expect(await app.sum('activeConnections')).toBe(0);
});

test('a socket that breaks under streamSSE of Hono is noticed', async () => {
  await using app = await start();
  const client = await app.open('/users/42/events', 'data: one');
  expect(await app.sum('activeConnections', ROUTE)).toBe(1);
  client.socket.resetAndDestroy();

  expect((await app.summary())?.closeReason).toBe('client_disconnect');
  expect(await app.sum('activeConnections')).toBe(0);
});

test('a middleware of Hono can give its template to the route hook', async () => {
  await using app = await start({ route: (request) => templates.get(request) });
  const answer = await fetch(`${app.url}/users/alice/report`);
  expect(await answer.text()).toContain('data: alice\n');

  expect((await app.summary())?.route).toBe('/users/:id/report');
});

const templates = new WeakMap<IncomingMessage, string>();

function createApp() {
  const app = new Hono<{ Bindings: HttpBindings }>();
  app.use(async (context, next) => {
    templates.set(context.env.incoming, routePath(context, -1));
    await next();
  });
  app.get('/users/:id/events', (context) =>
    streamSSE(context, async (stream) => {
      const aborted = new Promise<void>((resolve) => stream.onAbort(resolve));
      await stream.writeSSE({ event: 'hello', data: context.req.param('id') });
      await stream.writeSSE({ data: 'one' });
      await stream.writeSSE({ data: 'two\nlines' });
      await aborted;
    }),
  );
  app.get('/users/:id/report', (context) =>
    streamSSE(context, async (stream) => {
      const data = context.req.param('id');
      await stream.writeSSE({ event: 'done', data, id: '1' });
    }),
  );
  return app;
}

function start(config?: SseInstrumentationConfig): Promise<FrameworkServer> {
  const { fetch } = createApp();
  const options = { fetch, port: 0, hostname: '127.0.0.1' };
  return startFramework(() => serve(options) as Server, config);
}
