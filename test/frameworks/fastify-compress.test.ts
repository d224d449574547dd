import { once } from 'node:events';
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
import {
  type FrameworkServer,
  startFramework,
} from '../support/framework-server.ts';
import { until } from '../support/poll.ts';

const PATH = '/users/42/events';
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

test('a broken client of a stream that @fastify/compress encodes is noticed', async () => {
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

test('@fastify/compress leaves event streams alone by default', async () => {
  const source = new PassThrough();
  await using server = await start(source);

  source.end(EVENT.repeat(2));
  const response = await server.request(PATH, 'gzip');
  const { socket } = response;
  const body = await buffer(response);

  expect(response.headers['content-encoding']).toBeUndefined();
  expect(body.toString()).toBe(EVENT.repeat(2));
  await server.closed('completed', BASE);
  expect(await server.events('tick', BASE)).toBe(2);
  expect(await server.sum('contentSize', BASE)).toBe(EVENT.length * 2);
  expect(await server.sum('wireSize', BASE)).toBe(socket.bytesRead);
});

test('a text that @fastify/compress encodes before it is sent has bytes only', async () => {
  const options = { ...FORCED, syncThreshold: 1e6 };
  await using server = await start(EVENT.repeat(2), options);

  const response = await server.request(PATH, 'gzip');
  const { socket } = response;
  const body = await buffer(response);

  expect(gunzipSync(body).toString()).toBe(EVENT.repeat(2));
  await server.closed('completed', BASE);
  expect(await server.sum('sentEvents')).toBe(0);
  expect(await server.sum('wireSize', BASE)).toBe(socket.bytesRead);
});

async function start(
  body: Readable | string,
  options?: FastifyCompressOptions,
): Promise<FrameworkServer> {
  const app = fastify();
  await app.register(compress, options ?? {});
  app.get('/users/:id/events', (_request, reply) =>
    reply
      .header('content-type', 'text/event-stream')
      .header('cache-control', 'no-cache')
      .send(body),
  );
  return startFramework(
    async () => {
      await app.listen({ port: 0, host: '127.0.0.1' });
      return app.server;
    },
    {},
    () => app.close(),
  );
}
