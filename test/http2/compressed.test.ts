import type { Http2ServerResponse } from 'node:http2';
import { PassThrough } from 'node:stream';
import { createBrotliCompress, createGzip } from 'node:zlib';
import Koa from 'koa';
import compress from 'koa-compress';
import { expect, test } from 'vitest';
import { type Http2Pair, startHttp2 } from '../support/http2-server.ts';
import { until } from '../support/poll.ts';

const EVENT = `event: tick\ndata: ${'again and '.repeat(30)}\n\n`;

const HEADERS = {
  'content-type': 'text/event-stream',
  'content-encoding': 'gzip',
};

/** Requests once; resolves with the response when a server has it. */
async function respond(pair: Http2Pair) {
  const responded = new Promise<Http2ServerResponse>((resolve) => {
    pair.server.on('request', (_request, response) => resolve(response));
  });
  const { client } = await pair.request({ 'accept-encoding': 'gzip' });
  client.resume();
  return { client, response: await responded };
}

async function expectCounted(pair: Http2Pair, events: number): Promise<void> {
  const { summaries, metrics } = pair.measured;
  await until('it is closed', () => summaries.length === 1);
  expect(summaries[0]).toMatchObject({
    closeReason: 'completed',
    events,
    contentBytes: events * EVENT.length,
    protocolVersion: '2',
  });
  expect(summaries[0]?.wireBytes).toBeGreaterThan(0);
  expect(summaries[0]?.wireBytes).toBeLessThan(events * EVENT.length);
  expect(
    await metrics.sum('sse.server.sent.events', { 'sse.event.type': 'tick' }),
  ).toBe(events);
}

for (const [encoding, create] of Object.entries({
  gzip: createGzip,
  br: createBrotliCompress,
})) {
  test(`events are seen above a ${encoding} stream that is piped into the response`, async () => {
    await using pair = await startHttp2();
    const { response } = await respond(pair);
    response.setHeader('Content-Type', 'text/event-stream');
    response.setHeader('Content-Encoding', encoding);
    const compressor = create();
    compressor.pipe(response);
    for (let i = 0; i < 5; i++) compressor.write(EVENT);
    compressor.end(EVENT);
    await expectCounted(pair, 6);
  });
}

test('events are seen above a stream that is piped after writeHead', async () => {
  await using pair = await startHttp2();
  const { response } = await respond(pair);
  response.writeHead(200, HEADERS);
  const compressor = createGzip();
  compressor.pipe(response);
  compressor.write(EVENT);
  compressor.end(EVENT);
  await expectCounted(pair, 2);
});

test('events are seen above a stream that is piped into a raw stream', async () => {
  await using pair = await startHttp2();
  const { client, stream } = await pair.request();
  client.resume();
  stream.respond(HEADERS);
  const compressor = createGzip();
  compressor.pipe(stream);
  compressor.write(EVENT);
  compressor.end(EVENT);
  await expectCounted(pair, 2);
});

test('events are seen above a middleware that writes in the place of the response', async () => {
  await using pair = await startHttp2();
  const { response } = await respond(pair);
  const compressor = createGzip();
  const write = response.write.bind(response);
  const end = response.end.bind(response);
  compressor.on('data', (chunk: Buffer) => write(chunk));
  compressor.on('end', () => end());
  response.write = ((chunk: string) => compressor.write(chunk)) as never;
  response.end = ((chunk?: string) => compressor.end(chunk)) as never;
  response.setHeader('Content-Encoding', 'gzip');
  response.setHeader('Content-Type', 'text/event-stream');
  response.write(EVENT);
  response.write(EVENT);
  response.end(EVENT);
  await expectCounted(pair, 3);
});

test('koa-compress over HTTP/2 is seen through', async () => {
  await using pair = await startHttp2();
  const body = new PassThrough();
  const app = new Koa();
  app.use(compress({ filter: () => true, threshold: 0, br: false }));
  const piped = new Promise((resolve) => {
    app.use((context) => {
      context.res.once('pipe', resolve);
      context.type = 'text/event-stream';
      context.body = body;
    });
  });
  pair.server.on('request', app.callback() as never);
  const { client } = await pair.request({ 'accept-encoding': 'gzip' });
  client.resume();
  await piped;
  body.write(EVENT);
  body.end(EVENT);
  await expectCounted(pair, 2);
});

test('writes to a compatible response whose stream is closed are late', async () => {
  await using pair = await startHttp2();
  const { client, response } = await respond(pair);
  response.writeHead(200, { 'content-type': 'text/event-stream' });
  response.on('error', () => {});
  client.destroy();
  const { metrics, summaries } = pair.measured;
  await until('it is closed', () => summaries.length === 1);
  response.write(EVENT);
  expect(await metrics.sum('sse.server.late.writes')).toBe(1);
  expect(await metrics.sum('sse.server.writes')).toBe(0);
});
