import { once } from 'node:events';
import { get, type IncomingMessage, type Server } from 'node:http';
import { PassThrough } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { gunzipSync } from 'node:zlib';
import compression from 'compression';
import express from 'express';
import fastify from 'fastify';
import Koa from 'koa';
import compress from 'koa-compress';
import { expect, test } from 'vitest';
import { createSseGuard, type SseGuard } from '../../src/guard.ts';
import { EXPRESSES } from '../support/expresses.ts';
import { measure } from '../support/measured.ts';
import { startServer } from '../support/sse-server.ts';

const STREAM = { 'Content-Type': 'text/event-stream' };
const STATUS = { refusal: 'status' } as const;

async function statusAt(url: string): Promise<number> {
  const response = await fetch(url, {
    headers: { accept: 'text/event-stream' },
  });
  await response.body?.cancel();
  return response.status;
}

/** Two may come in at once; of what is no stream any number. */
async function expectTwo(url: string, guard: SseGuard): Promise<void> {
  const open = async () => {
    const response = await fetch(`${url}/events`, {
      headers: { accept: 'text/event-stream' },
    });
    expect(response.status).toBe(200);
    return response.body?.getReader();
  };
  const readers = [await open(), await open()];
  expect(await statusAt(`${url}/events`)).toBe(503);
  expect((await fetch(`${url}/plain`)).status).toBe(200);
  expect(guard.read()).toMatchObject({
    connections: 2,
    refused: { connections: 1 },
  });
  for (const reader of readers) await reader?.cancel();
}

for (const [name, create] of EXPRESSES) {
  test(`guard.middleware lets two in and refuses the third under ${name}`, async () => {
    using guard = createSseGuard({ ...STATUS, maxConnections: 2 });
    const app = create();
    app.use(guard.middleware);
    app.get('/events', (_request, response) => {
      response.writeHead(200, STREAM).write('data: 1\n\n');
    });
    app.get('/plain', (_request, response) => {
      response.end('plain');
    });
    await using server = await startServer(app);
    await expectTwo(server.url, guard);
  });
}

test('guard.fastify lets two in and refuses the third, of every scope', async () => {
  using guard = createSseGuard({ ...STATUS, maxConnections: 2 });
  const app = fastify({ forceCloseConnections: true });
  await app.register(guard.fastify);
  await app.register(async (scope) => {
    scope.get('/events', (_request, reply) => {
      reply.hijack();
      reply.raw.writeHead(200, STREAM).write('data: 1\n\n');
    });
  });
  app.get('/plain', () => 'plain');
  const url = await app.listen({ port: 0, host: '127.0.0.1' });
  try {
    await expectTwo(url, guard);
  } finally {
    await app.close();
  }
});

test('a refusal under Fastify has what a plugin before said of origins', async () => {
  using guard = createSseGuard({ maxConnections: 0 });
  const app = fastify({ forceCloseConnections: true });
  app.addHook('onRequest', async (_request, reply) => {
    reply.header('access-control-allow-origin', 'https://only.example');
  });
  await app.register(guard.fastify);
  app.get('/events', () => 'never');
  const url = await app.listen({ port: 0, host: '127.0.0.1' });
  try {
    const response = await fetch(`${url}/events`, {
      headers: { accept: 'text/event-stream', origin: 'https://app.example' },
    });
    expect(response.headers.get('access-control-allow-origin')).toBe(
      'https://only.example',
    );
    expect(await response.text()).toMatch(/^retry: \d+\n\n$/);
  } finally {
    await app.close();
  }
});

/** What a client that asks for gzip gets until the end, as it is on the wire. */
async function requestGzip(server: { url: string }): Promise<Buffer> {
  const request = get(`${server.url}/events`, {
    headers: { accept: 'text/event-stream', 'accept-encoding': 'gzip' },
  });
  const [response] = (await once(request, 'response')) as [IncomingMessage];
  expect(response.headers['content-encoding']).toBe('gzip');
  return await buffer(response).catch(() => Buffer.alloc(0));
}

const EXPIRING = { maxConnectionSeconds: 0.3, connectionJitter: 0 };

test('under compression the last word is compressed with the rest: the guard after it', async () => {
  using guard = createSseGuard(EXPIRING);
  const app = express();
  app.use(compression({ threshold: 0 }));
  app.use(guard.middleware);
  app.get('/events', (_request, response) => {
    response.writeHead(200, STREAM);
    response.write('data: 1\n\n');
    response.flush();
  });
  await using server = await startServer(app);
  const text = gunzipSync(await requestGzip(server)).toString();
  expect(text).toMatch(/^data: 1\n\nretry: \d+\n\n$/);
});

test('under compression and the instrumentation the guard may stand before it too', async () => {
  const { instrumentation } = measure({});
  try {
    using guard = createSseGuard(EXPIRING);
    const app = express();
    app.use(guard.middleware);
    app.use(compression({ threshold: 0 }));
    app.get('/events', (_request, response) => {
      response.writeHead(200, STREAM);
      response.write('data: 1\n\n');
      response.flush();
    });
    await using server = await startServer(app);
    const text = gunzipSync(await requestGzip(server)).toString();
    expect(text).toMatch(/^data: 1\n\nretry: \d+\n\n$/);
  } finally {
    instrumentation.disable();
  }
});

for (const isMeasured of [false, true]) {
  test(`what a compressor makes is never written into, ${isMeasured ? 'measured' : 'not measured'}`, async () => {
    const measured = isMeasured ? measure({}) : undefined;
    try {
      using guard = createSseGuard(EXPIRING);
      const app = new Koa();
      // Its answer is cut short: Koa would print that.
      app.silent = true;
      app.use(async (context, next) => {
        if (guard.admit(context.req, context.res)) await next();
        else context.respond = false;
      });
      app.use(compress({ threshold: 0, filter: () => true }));
      const source = new PassThrough();
      app.use((context) => {
        context.set(STREAM);
        context.body = source;
        source.write('data: 1\n\n');
      });
      await using server = await startServer(app.callback());
      const bytes = await requestGzip(server);
      expect(bytes.toString('latin1')).not.toContain('retry:');
      expect(guard.read().ended).toEqual({ expired: 1 });
    } finally {
      measured?.instrumentation.disable();
    }
  });
}

test('a guard in the code and in the way of every server are the same to a request', async () => {
  using guard = createSseGuard({ ...STATUS, maxConnections: 1 });
  const app = express();
  app.use(guard.middleware);
  app.get('/events', (_request, response) => {
    response.writeHead(200, STREAM).write('data: 1\n\n');
  });
  await using server = await startServer(app);
  const undo = guard.guardServers();
  const response = await fetch(`${server.url}/events`, {
    headers: { accept: 'text/event-stream' },
  });
  expect(response.status).toBe(200);
  expect(guard.read().connections).toBe(1);
  undo();
  expect(emitOf(server.server)).toBe(false);
  await response.body?.cancel();
});

/** Whether the class of a server has an `emit` of its own, as Node's has not. */
function emitOf(server: Server): boolean {
  return Object.hasOwn(Object.getPrototypeOf(server), 'emit');
}
