import { createServer, type IncomingMessage } from 'node:http';
import { createRequire } from 'node:module';
import { PassThrough } from 'node:stream';
import Router, { type RouterMiddleware } from '@koa/router';
import Koa from 'koa';
import { expect, test } from 'vitest';
import type { SseInstrumentationConfig } from '../../src/types.ts';
import {
  type FrameworkServer,
  startFramework,
} from '../support/framework-server.ts';

const BASE = { 'http.route': '/users/:id/events' };

const require = createRequire(import.meta.url);

/** Both versions of Koa: the types are those of 3. */
const KOAS: ReadonlyMap<string, typeof Koa> = new Map([
  ['Koa 2', require('koa2')],
  ['Koa 3', Koa],
]);

for (const [version, Application] of KOAS) {
  test(`a stream as the body of a ${version} context is measured, events by type`, async () => {
    await using server = await start(Application, (ctx) => {
      const { id } = ctx.params;
      const stream = new PassThrough();
      ctx.set('Content-Type', 'text/event-stream');
      ctx.set('Cache-Control', 'no-cache');
      ctx.body = stream;
      stream.write(`event: hello\ndata: ${id}\n\n`);
      stream.write('data: one\n\n');
    });

    const client = await server.receive('/users/42/events?page=2', 2);

    expect(client.received).toEqual(['42', 'one']);
    expect(await server.sum('activeConnections', BASE)).toBe(1);
    expect(await server.events('hello', BASE)).toBe(1);
    expect(await server.events('message', BASE)).toBe(1);
    client.close();
    await server.closed('client_disconnect', BASE);
    expect(await server.sum('activeConnections')).toBe(0);
    expect(await server.sum('protocolErrors')).toBe(0);
  });

  test(`a body of a ${version} context that ends is completed`, async () => {
    await using server = await start(Application, (ctx) => {
      const stream = new PassThrough();
      ctx.type = 'text/event-stream';
      ctx.body = stream;
      stream.write('event: tick\ndata: 1\n\n');
      stream.end('event: tick\ndata: 2\n\n');
    });

    const response = await fetch(`${server.url}/users/42/events`);

    expect(await response.text()).toMatch(/data: 2\n\n$/);
    await server.closed('completed', BASE);
    expect(await server.events('tick', BASE)).toBe(2);
    expect(await server.sum('activeConnections')).toBe(0);
  });

  test(`a response that ${version} leaves to the handler is measured`, async () => {
    await using server = await start(Application, (ctx) => {
      ctx.respond = false;
      ctx.res.writeHead(200, {
        'Content-Type': 'text/event-stream',
        'Cache-Control': 'no-cache',
      });
      ctx.res.write('data: one\n\n');
      ctx.res.end('event: bye\ndata: two\n\n');
    });

    const response = await fetch(`${server.url}/users/42/events`);

    expect(await response.text()).toBe(
      'data: one\n\nevent: bye\ndata: two\n\n',
    );
    await server.closed('completed', BASE);
    expect(await server.events('message', BASE)).toBe(1);
    expect(await server.events('bye', BASE)).toBe(1);
  });

  test(`a broken client of a ${version} stream is noticed`, async () => {
    const stream = new PassThrough();
    await using server = await start(Application, (ctx) => {
      ctx.type = 'text/event-stream';
      ctx.body = stream;
      stream.write('data: one\n\n');
    });

    const client = await server.open('/users/42/events', 'data: one');
    expect(await server.sum('activeConnections', BASE)).toBe(1);
    client.socket.resetAndDestroy();

    await server.closed('client_disconnect', BASE);
    expect(await server.sum('activeConnections')).toBe(0);
    expect(stream.destroyed).toBe(true);
  });

  // Koa and its router leave nothing on Node's request and publish no channel.
  test(`a route of ${version} is the cleaned path unless the route hook knows it`, async () => {
    const routes = new WeakMap<IncomingMessage, string>();
    const config = { route: (request: IncomingMessage) => routes.get(request) };
    await using server = await start(
      Application,
      (ctx) => {
        if (ctx.query['hook']) routes.set(ctx.req, String(ctx._matchedRoute));
        ctx.type = 'text/event-stream';
        ctx.body = 'data: one\n\n';
      },
      config,
    );

    await (await fetch(`${server.url}/users/anna/events`)).text();
    await server.closed('completed', { 'http.route': '/users/anna/events' });
    await (await fetch(`${server.url}/users/anna/events?hook=1`)).text();
    await server.closed('completed', BASE);
  });
}

function start(
  Application: typeof Koa,
  handler: RouterMiddleware,
  config?: SseInstrumentationConfig,
): Promise<FrameworkServer> {
  const router = new Router({ prefix: '/users' });
  router.get('/:id/events', handler);
  const app = new Application();
  app.silent = true;
  app.use(router.routes());
  const server = createServer(app.callback());
  return startFramework(() => server.listen(0, '127.0.0.1'), config);
}
