import { once } from 'node:events';
import type { IncomingMessage, Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type HttpBindings, serve } from '@hono/node-server';
import { EventSource } from 'eventsource';
import { Hono } from 'hono';
import { routePath } from 'hono/route';
import { streamSSE } from 'hono/streaming';
import { expect, test } from 'vitest';
import type { SseInstrumentationConfig } from '../../src/types.ts';
import { type Measured, measure } from '../support/measured.ts';
import { send } from '../support/measured-server.ts';
import { until } from '../support/poll.ts';
import { formatRequest } from '../support/sse-server.ts';

// Nothing leads from Node's request to Hono's context: the route is the cleaned path.
const ROUTE = { 'http.route': '/users/:id/events' };

test('streamSSE of Hono is measured, events by type', async () => {
  await using app = await start();
  const source = new EventSource(`${app.url}/users/42/events`);
  const received: string[] = [];
  source.addEventListener('hello', ({ data }) => received.push(data));
  source.onmessage = ({ data }) => received.push(data);
  await until('events', () => received.length === 3);

  expect(received).toEqual(['42', 'one', 'two\nlines']);
  expect(await app.sum('active_connections', ROUTE)).toBe(1);
  const hello = { ...ROUTE, 'sse.event.type': 'hello' };
  expect(await app.sum('sent.events', hello)).toBe(1);
  const message = { ...ROUTE, 'sse.event.type': 'message' };
  expect(await app.sum('sent.events', message)).toBe(2);
  expect(await app.sum('protocol_errors')).toBe(0);
  source.close();
  await until('the close', () => app.summaries.length === 1);
  expect(app.summaries[0]).toMatchObject({
    route: ROUTE['http.route'],
    closeReason: 'client_disconnect',
    events: 3,
  });
});

test('a streamSSE callback of Hono that returns completes its stream', async () => {
  await using app = await start();
  const answer = await fetch(`${app.url}/users/42/report`);
  expect(await answer.text()).toBe('event: done\ndata: 42\nid: 1\n\n');

  await until('the close', () => app.summaries.length === 1);
  expect(app.summaries[0]).toMatchObject({
    route: '/users/:id/report',
    closeReason: 'completed',
    events: 1,
  });
  expect(await app.sum('active_connections')).toBe(0);
});

test('a socket that breaks under streamSSE of Hono is noticed', async () => {
  await using app = await start();
  const client = send(app.port, formatRequest('/users/42/events'));
  await client.waitFor('data: one');
  expect(await app.sum('active_connections', ROUTE)).toBe(1);
  client.socket.resetAndDestroy();

  await until('the close', () => app.summaries.length === 1);
  expect(app.summaries[0]?.closeReason).toBe('client_disconnect');
  expect(await app.sum('active_connections')).toBe(0);
});

test('a middleware of Hono can give its template to the route hook', async () => {
  await using app = await start({ route: (request) => templates.get(request) });
  const answer = await fetch(`${app.url}/users/alice/report`);
  expect(await answer.text()).toContain('data: alice\n');

  await until('the close', () => app.summaries.length === 1);
  expect(app.summaries[0]?.route).toBe('/users/:id/report');
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

interface App extends AsyncDisposable, Pick<Measured, 'summaries'> {
  readonly port: number;
  readonly url: string;
  sum: Measured['metrics']['sum'];
}

async function start(config: SseInstrumentationConfig = {}): Promise<App> {
  const { metrics, summaries, instrumentation } = measure(config);
  const { fetch } = createApp();
  const server = serve({ fetch, port: 0, hostname: '127.0.0.1' }) as Server;
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    port,
    url: `http://127.0.0.1:${port}`,
    summaries,
    sum: (name, match) => metrics.sum(`sse.server.${name}`, match),
    async [Symbol.asyncDispose]() {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
      instrumentation.disable();
    },
  };
}
