import { once } from 'node:events';
import { get, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { PassThrough, type Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import {
  brotliDecompressSync,
  constants,
  gunzipSync,
  zstdDecompressSync,
} from 'node:zlib';
import compress, { type FastifyCompressOptions } from '@fastify/compress';
import fastify from 'fastify';
import { expect, test } from 'vitest';
import { measure } from '../support/measured.ts';
import { until } from '../support/poll.ts';

const BASE = { 'http.route': '/users/:id/events' };
const EVENT = `event: tick\ndata: ${'na'.repeat(500)}\n\n`;
const FORCED = {
  customTypes: /event-stream/,
  zlibOptions: { flush: constants.Z_SYNC_FLUSH },
  brotliOptions: { flush: constants.BROTLI_OPERATION_FLUSH },
};
// The options of gzip are those of zstd too, whose flags have other numbers.
const FORCED_ZSTD = {
  ...FORCED,
  zlibOptions: { flush: constants.ZSTD_e_flush },
};

const encodings = [
  ['gzip', FORCED, gunzipSync],
  ['br', FORCED, brotliDecompressSync],
  ['zstd', FORCED_ZSTD, zstdDecompressSync],
] as const;

for (const [encoding, options, decode] of encodings) {
  test(`events under ${encoding} of @fastify/compress are counted as written`, async () => {
    const source = new PassThrough();
    source.write(EVENT);
    await using server = await start(source, options);

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

test('a broken client of a stream that @fastify/compress encodes is noticed', async () => {
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

test('@fastify/compress leaves event streams alone by default', async () => {
  const source = new PassThrough();
  await using server = await start(source);

  source.end(EVENT.repeat(2));
  const response = await request(server.port, 'gzip');
  const { socket } = response;
  const body = await buffer(response);

  expect(response.headers['content-encoding']).toBeUndefined();
  expect(body.toString()).toBe(EVENT.repeat(2));
  await server.closed('completed');
  expect(await server.events()).toBe(2);
  expect(await server.sum('content.size', BASE)).toBe(EVENT.length * 2);
  expect(await server.sum('wire.size', BASE)).toBe(socket.bytesRead);
});

test('a text that @fastify/compress encodes before it is sent has bytes only', async () => {
  const options = { ...FORCED, syncThreshold: 1e6 };
  await using server = await start(EVENT.repeat(2), options);

  const response = await request(server.port, 'gzip');
  const { socket } = response;
  const body = await buffer(response);

  expect(gunzipSync(body).toString()).toBe(EVENT.repeat(2));
  await server.closed('completed');
  expect(await server.sum('sent.events')).toBe(0);
  expect(await server.sum('wire.size', BASE)).toBe(socket.bytesRead);
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
  options?: FastifyCompressOptions,
) {
  const measured = measure();
  const app = fastify();
  await app.register(compress, options ?? {});
  app.get('/users/:id/events', (_request, reply) =>
    reply
      .header('content-type', 'text/event-stream')
      .header('cache-control', 'no-cache')
      .send(body),
  );
  await app.listen({ port: 0, host: '127.0.0.1' });
  const sum = (name: string, match = {}) =>
    measured.metrics.sum(`sse.server.${name}`, match);
  return {
    port: (app.server.address() as AddressInfo).port,
    sum,
    events: () => sum('sent.events', { ...BASE, 'sse.event.type': 'tick' }),
    async closed(reason: string) {
      const match = { ...BASE, 'sse.connection.close_reason': reason };
      const read = () => sum('closed_connections', match);
      await until(`a close as ${reason}`, read, (closed) => closed === 1);
    },
    async [Symbol.asyncDispose]() {
      app.server.closeAllConnections();
      await app.close();
      measured[Symbol.dispose]();
    },
  };
}
