import { once } from 'node:events';
import { createServer, get, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
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
import { measure } from '../support/measured.ts';
import { until } from '../support/poll.ts';

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

    const response = await request(server.port, encoding);
    const { socket } = response;
    for (let i = 0; i < 8; i++) source.write(EVENT);
    source.end(EVENT);
    const body = await buffer(response);

    expect(response.headers['content-encoding']).toBe(encoding);
    expect(decode(body).toString()).toBe(EVENT.repeat(10));
    await server.closed('completed');
    expect(await server.events()).toBe(10);
    expect(await server.sum('content.size', BASE)).toBe(EVENT.length * 10);
    const wire = await server.sum('wire.size', BASE);
    expect(wire).toBe(socket.bytesRead);
    expect(wire).toBeLessThan(EVENT.length * 2);
    expect(await server.sum('protocol_errors')).toBe(0);
  });
}

test('a text that koa-compress encodes before it is piped has bytes only', async () => {
  await using server = await start(EVENT.repeat(2), FORCED);

  const response = await request(server.port, 'gzip');
  const { socket } = response;
  const body = await buffer(response);

  expect(gunzipSync(body).toString()).toBe(EVENT.repeat(2));
  await server.closed('completed');
  expect(await server.events()).toBe(0);
  expect(await server.sum('wire.size', BASE)).toBe(socket.bytesRead);
});

test('a broken client of a stream that koa-compress encodes is noticed', async () => {
  const source = new PassThrough();
  await using server = await start(source, FORCED);

  source.write(EVENT);
  const response = await request(server.port, 'gzip');
  await once(response, 'data');
  source.write(EVENT);
  await until('events', server.events, (events) => events === 2);
  expect(await server.sum('active_connections', BASE)).toBe(1);
  response.socket.resetAndDestroy();

  await server.closed('client_disconnect');
  expect(await server.sum('active_connections')).toBe(0);
  expect(await server.events()).toBe(2);
});

test('koa-compress that leaves event streams alone changes nothing', async () => {
  const source = new PassThrough();
  await using server = await start(source, { filter: () => false });

  source.end(EVENT.repeat(2));
  const response = await request(server.port, 'gzip');
  const body = await buffer(response);

  expect(body.toString()).toBe(EVENT.repeat(2));
  await server.closed('completed');
  expect(await server.events()).toBe(2);
  expect(await server.sum('content.size', BASE)).toBe(EVENT.length * 2);
});

async function request(port: number, encoding: string) {
  const url = `http://127.0.0.1:${port}/users/42/events`;
  const headers = { 'accept-encoding': encoding };
  const sent = get(url, { agent: false, headers });
  const [response] = await once(sent, 'response');
  return response as IncomingMessage;
}

async function start(
  body: Readable | string,
  options: compress.CompressOptions,
) {
  const measured = measure();
  const router = new Router();
  router.get('/users/:id/events', (ctx) => {
    ctx.set('Content-Type', 'text/event-stream');
    ctx.set('Cache-Control', 'no-cache');
    ctx.body = body;
  });
  const app = new Koa();
  app.silent = true;
  app.use(compress(options)).use(router.routes());
  const server = createServer(app.callback()).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const sum = (name: string, match = {}) =>
    measured.metrics.sum(`sse.server.${name}`, match);
  return {
    port: (server.address() as AddressInfo).port,
    sum,
    events: () => sum('sent.events', { ...BASE, 'sse.event.type': 'tick' }),
    async closed(reason: string) {
      const match = { ...BASE, 'sse.connection.close_reason': reason };
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
