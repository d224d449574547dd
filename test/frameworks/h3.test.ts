import { EventSource } from 'eventsource';
import { createEventStream, getRouterParam, H3, toNodeHandler } from 'h3';
import { expect, test } from 'vitest';
import type {
  SseConnectionSummary,
  SseInstrumentationConfig,
} from '../../src/types.ts';
import { startMeasured } from '../support/measured-server.ts';
import { until } from '../support/poll.ts';

// Nothing leads from Node's request to the event of h3: the route is the cleaned path.
const ROUTE = { 'http.route': '/users/:id/events' };

test('createEventStream of h3 is measured, events by type', async () => {
  await using server = await start();
  const source = new EventSource(`${server.url}/users/42/events`);
  const received: string[] = [];
  source.addEventListener('hello', ({ data }) => received.push(data));
  source.onmessage = ({ data }) => received.push(data);
  await until('events', () => received.length === 3);

  expect(received).toEqual(['42', 'one', 'two']);
  expect(await server.sum('activeConnections', ROUTE)).toBe(1);
  const hello = { ...ROUTE, 'sse.event.type': 'hello' };
  expect(await server.sum('sentEvents', hello)).toBe(1);
  const message = { ...ROUTE, 'sse.event.type': 'message' };
  expect(await server.sum('sentEvents', message)).toBe(2);
  expect(await server.sum('sentComments', ROUTE)).toBe(1);
  expect(await server.sum('protocolErrors')).toBe(0);
  source.close();
  await until('the close', () => server.summaries.length === 1);
  expect(server.summaries[0]).toMatchObject({
    route: ROUTE['http.route'],
    closeReason: 'client_disconnect',
    events: 3,
  });
});

test('an event stream of h3 that is closed counts as completed', async () => {
  await using server = await start();
  const answer = await fetch(`${server.url}/users/42/report`);
  expect(await answer.text()).toBe('event: done\ndata: 42\n\n');

  await until('the close', () => server.summaries.length === 1);
  expect(server.summaries[0]).toMatchObject({
    route: '/users/:id/report',
    closeReason: 'completed',
    events: 1,
  });
  expect(await server.sum('activeConnections')).toBe(0);
});

test('a socket that breaks under an event stream of h3 is noticed', async () => {
  await using server = await start();
  const client = await server.request('/users/42/events');
  await client.waitFor('data: two');
  expect(await server.sum('activeConnections', ROUTE)).toBe(1);
  client.socket.resetAndDestroy();

  await until('the close', () => server.summaries.length === 1);
  expect(server.summaries[0]?.closeReason).toBe('client_disconnect');
  expect(await server.sum('activeConnections')).toBe(0);
});

test('a middleware of h3 can give its template to the route hook', async () => {
  await using server = await start({
    route: (request) => templates.get(request),
  });
  const answer = await fetch(`${server.url}/users/alice/report`);
  expect(await answer.text()).toContain('data: alice\n');

  await until('the close', () => server.summaries.length === 1);
  expect(server.summaries[0]?.route).toBe('/users/:id/report');
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

async function start(config: SseInstrumentationConfig = {}) {
  const summaries: SseConnectionSummary[] = [];
  const handle = toNodeHandler(createApp());
  const server = await startMeasured(
    { onClose: (summary) => summaries.push(summary), ...config },
    (request, response) => void handle(request, response),
  );
  return { ...server, summaries };
}
