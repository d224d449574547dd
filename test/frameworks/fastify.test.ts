import { channel } from 'node:diagnostics_channel';
import { IncomingMessage } from 'node:http';
import { Socket } from 'node:net';
import { PassThrough } from 'node:stream';
import fastify, { type FastifyInstance } from 'fastify';
import { expect, test } from 'vitest';
import {
  routeOfFastify,
  watchFastifyRoutes,
} from '../../src/server/routes/fastify.ts';
import {
  type FrameworkServer,
  startFramework,
} from '../support/framework-server.ts';

const USERS = { 'http.route': '/users/:id/events' };

test('a hijacked reply of Fastify is measured by its route template', async () => {
  const app = fastify();
  const users = async (scope: FastifyInstance): Promise<void> => {
    scope.get<{ Params: { id: string } }>('/:id/events', (request, reply) => {
      reply.hijack();
      reply.raw.writeHead(200, {
        'Content-Type': 'text/event-stream',
        'Cache-Control': 'no-cache',
      });
      reply.raw.write(`event: hello\ndata: ${request.params.id}\n\n`);
      reply.raw.write('data: one\n\n');
    });
  };
  app.register(users, { prefix: '/users' });
  await using server = await start(app);

  const client = await server.receive('/users/anna/events?page=2', 2);

  expect(client.received).toEqual(['anna', 'one']);
  expect(await server.sum('activeConnections', USERS)).toBe(1);
  expect(await server.events('hello', USERS)).toBe(1);
  expect(await server.events('message', USERS)).toBe(1);
  client.close();
  await server.closed('client_disconnect', USERS);
  expect(await server.sum('activeConnections')).toBe(0);
  expect(await server.sum('protocolErrors')).toBe(0);
});

test('a stream that a Fastify handler sends is completed when it ends', async () => {
  const app = fastify();
  app.get('/users/:id/events', (_request, reply) => {
    const stream = new PassThrough();
    reply.header('content-type', 'text/event-stream');
    reply.header('cache-control', 'no-cache');
    reply.send(stream);
    stream.write('event: tick\ndata: 1\n\n');
    stream.end('event: tick\ndata: 2\n\ndata: last\n\n');
  });
  await using server = await start(app);

  const response = await fetch(`${server.url}/users/anna/events`);

  expect(await response.text()).toMatch(/data: last\n\n$/);
  await server.closed('completed', USERS);
  expect(await server.events('tick', USERS)).toBe(2);
  expect(await server.events('message', USERS)).toBe(1);
  expect(await server.sum('activeConnections')).toBe(0);
});

test('a broken client of a stream that Fastify sends is noticed', async () => {
  const app = fastify();
  const stream = new PassThrough();
  app.get('/users/:id/events', (_request, reply) => {
    stream.write('data: one\n\n');
    return reply.header('content-type', 'text/event-stream').send(stream);
  });
  await using server = await start(app);

  const client = await server.open('/users/anna/events', 'data: one');
  expect(await server.sum('activeConnections', USERS)).toBe(1);
  client.socket.resetAndDestroy();

  await server.closed('client_disconnect', USERS);
  expect(await server.sum('activeConnections')).toBe(0);
  expect(stream.destroyed).toBe(true);
});

test('a route that Fastify does not know is the cleaned path', async () => {
  const app = fastify();
  app.setNotFoundHandler((_request, reply) =>
    reply.code(200).type('text/event-stream').send('data: nobody\n\n'),
  );
  await using server = await start(app);

  await (await fetch(`${server.url}/nobody/42/events`)).text();

  await server.closed('completed', { 'http.route': '/nobody/:id/events' });
});

test('what is odd on the channel of Fastify is ignored, and all after the undo', () => {
  const handlers = channel('tracing:fastify.request.handler:start');
  const raw = new IncomingMessage(new Socket());
  const unwatch = watchFastifyRoutes();
  const urls = [undefined, 7, '', {}];
  const odd = urls.map((url) => ({ request: { raw }, route: { url } }));
  for (const message of [undefined, 1, {}, { request: {} }, ...odd]) {
    handlers.publish(message);
  }
  expect(routeOfFastify(raw)).toBeUndefined();
  handlers.publish({ request: { raw }, route: { url: '/:id' } });
  expect(routeOfFastify(raw)).toBe('/:id');
  unwatch();
  handlers.publish({ request: { raw }, route: { url: '/later' } });
  expect(routeOfFastify(raw)).toBe('/:id');
});

function start(app: FastifyInstance): Promise<FrameworkServer> {
  return startFramework(
    async () => {
      await app.listen({ port: 0, host: '127.0.0.1' });
      return app.server;
    },
    {},
    () => app.close(),
  );
}
