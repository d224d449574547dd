import { once } from 'node:events';
import { createServer } from 'node:http';
import { PassThrough, type Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import {
  brotliDecompressSync,
  constants,
  gunzipSync,
  zstdDecompressSync,
} from 'node:zlib';
import Router from '@koa/router';
import Koa from 'koa';
import compress from 'koa-compress';
import { expect, test } from 'vitest';
import {
  type FrameworkServer,
  startFramework,
} from '../support/framework-server.ts';
import { until } from '../support/poll.ts';

const PATH = '/users/42/events';
const BASE = { 'http.route': '/users/:id/events' };
const EVENT = `event: tick\ndata: ${'na'.repeat(500)}\n\n`;
const FORCED: compress.CompressOptions = {
  filter: (type) => type === 'text/event-stream',
  gzip: { flush: constants.Z_SYNC_FLUSH },
  br: { flush: constants.BROTLI_OPERATION_FLUSH },
  zstd: { flush: constants.ZSTD_e_flush },
};

const encodings = [
  ['gzip', gunzipSync],
  ['br', brotliDecompressSync],
  ['zstd', zstdDecompressSync],
] as const;

for (const [encoding, decode] of encodings) {
  test(`events under ${encoding} of koa-compress are counted as written`, async () => {
    const source = new PassThrough();
    source.write(EVENT);
    await using server = await start(source, FORCED);

    const response = await server.request(PATH, encoding);
    const { socket } = response;
    for (let i = 0; i < 8; i++) source.write(EVENT);
    source.end(EVENT);
    const body = await buffer(response);

    expect(response.headers['content-encoding']).toBe(encoding);
    expect(decode(body).toString()).toBe(EVENT.repeat(10));
    await server.closed('completed', BASE);
    expect(await server.events('tick', BASE)).toBe(10);
    expect(await server.sum('contentSize', BASE)).toBe(EVENT.length * 10);
    const wire = await server.sum('wireSize', BASE);
    expect(wire).toBe(socket.bytesRead);
    expect(wire).toBeLessThan(EVENT.length * 2);
    expect(await server.sum('protocolErrors')).toBe(0);
  });
}

test('a text that koa-compress encodes before it is piped has bytes only', async () => {
  await using server = await start(EVENT.repeat(2), FORCED);

  const response = await server.request(PATH, 'gzip');
  const { socket } = response;
  const body = await buffer(response);

  expect(gunzipSync(body).toString()).toBe(EVENT.repeat(2));
  await server.closed('completed', BASE);
  expect(await server.events('tick', BASE)).toBe(0);
  expect(await server.sum('wireSize', BASE)).toBe(socket.bytesRead);
});

test('a broken client of a stream that koa-compress encodes is noticed', async () => {
  const source = new PassThrough();
  await using server = await start(source, FORCED);

  source.write(EVENT);
  const response = await server.request(PATH, 'gzip');
  await once(response, 'data');
  source.write(EVENT);
  await until(
    'events',
    () => server.events('tick', BASE),
    (events) => events === 2,
  );
  expect(await server.sum('activeConnections', BASE)).toBe(1);
  response.socket.resetAndDestroy();

  await server.closed('client_disconnect', BASE);
  expect(await server.sum('activeConnections')).toBe(0);
  expect(await server.events('tick', BASE)).toBe(2);
});

test('koa-compress that leaves event streams alone changes nothing', async () => {
  const source = new PassThrough();
  await using server = await start(source, { filter: () => false });

  source.end(EVENT.repeat(2));
  const response = await server.request(PATH, 'gzip');
  const body = await buffer(response);

  expect(body.toString()).toBe(EVENT.repeat(2));
  await server.closed('completed', BASE);
  expect(await server.events('tick', BASE)).toBe(2);
  expect(await server.sum('contentSize', BASE)).toBe(EVENT.length * 2);
});

function start(
  body: Readable | string,
  options: compress.CompressOptions,
): Promise<FrameworkServer> {
  const router = new Router();
  router.get('/users/:id/events', (ctx) => {
    ctx.set('Content-Type', 'text/event-stream');
    ctx.set('Cache-Control', 'no-cache');
    ctx.body = body;
  });
  const app = new Koa();
  app.silent = true;
  app.use(compress(options)).use(router.routes());
  const server = createServer(app.callback());
  return startFramework(() => server.listen(0, '127.0.0.1'));
}
