import { createServer } from 'node:http';
import { createEventStream, getRouterParam, H3, toNodeHandler } from 'h3';
import { expect, test } from 'vitest';
import type { SseInstrumentationConfig } from '../../src/types.ts';
import {
  type FrameworkServer,
  startFramework,
} from '../support/framework-server.ts';

// Nothing leads from Node's request to the event of h3: the route is the cleaned path.
const ROUTE = { 'http.route': '/users/:id/events' };

test('createEventStream of h3 is measured, events by type', async () => {
  await using server = await start();
  const client = await server.receive('/users/42/events', 3);

  expect(client.received).toEqual(['42', 'one', 'two']);
  expect(await server.sum('activeConnections', ROUTE)).toBe(1);
  const hello = { ...ROUTE, 'sse.event.type': 'hello' };
  expect(await server.sum('sentEvents', hello)).toBe(1);
  const message = { ...ROUTE, 'sse.event.type': 'message' };
  expect(await server.sum('sentEvents', message)).toBe(2);
  expect(await server.sum('sentComments', ROUTE)).toBe(1);
  expect(await server.sum('protocolErrors')).toBe(0);
  client.close();
  expect(await server.summary()).toMatchObject({
    route: ROUTE['http.route'],
    closeReason: 'client_disconnect',
    events: 3,
  });
});

test('an event stream of h3 that is closed counts as completed', async () => {
  await using server = await start();
  const answer = await fetch(`${server.url}/users/42/report`);
  expect(await answer.text()).toBe('event: done\ndata: 42\n\n');

  expect(await server.summary()).toMatchObject({
    route: '/users/:id/report',
    closeReason: 'completed',
    events: 1,
  });
  expect(await server.sum('activeConnections')).toBe(0);
});

test('a socket that breaks under an event stream of h3 is noticed', async () => {
  await using server = await start();
  const client = await server.open('/users/42/events', 'data: two');
  expect(await server.sum('activeConnections', ROUTE)).toBe(1);
  client.socket.resetAndDestroy();

  expect((await server.summary())?.closeReason).toBe('client_disconnect');
  expect(await server.sum('activeConnections')).toBe(0);
});

test('a middleware of h3 can give its template to the route hook', async () => {
  await using server = await start({
    route: (request) => templates.get(request),
  });
  const answer = await fetch(`${server.url}/users/alice/report`);
  expect(await answer.text()).toContain('data: alice\n');

  expect((await server.summary())?.route).toBe('/users/:id/report');
});

const templates = new WeakMap<object, string>();

function createApp(): H3 {
  const app = new H3();
  app.use((event) => {
    const request = event.runtime?.node?.req;
    const template = event.context.matchedRoute?.route;
    if (request && template) templates.set(request, template);
  });
  app.get('/users/:id/events', (event) => {
    const stream = createEventStream(event);
    void stream.push({
      event: 'hello',
      data: getRouterParam(event, 'id') ?? '',
    });
    void stream.pushComment('beat');
    void stream.push(['one', 'two']);
    return stream;
  });
  app.get('/users/:id/report', (event) => {
    const stream = createEventStream(event);
    const data = getRouterParam(event, 'id') ?? '';
    void stream.push({ event: 'done', data }).then(() => stream.close());
    return stream;
  });
  return app;
}

function start(config?: SseInstrumentationConfig): Promise<FrameworkServer> {
  const handle = toNodeHandler(createApp());
  const server = createServer((request, response) => {
    void handle(request, response);
  });
  return startFramework(() => server.listen(0, '127.0.0.1'), config);
}
