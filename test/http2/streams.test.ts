import { once } from 'node:events';
import type { Http2ServerRequest, Http2ServerResponse } from 'node:http2';
import { Readable } from 'node:stream';
import { expect, test } from 'vitest';
import { startHttp2 } from '../support/http2-server.ts';
import { until } from '../support/poll.ts';

const STREAM = {
  ':status': 200,
  'content-type': 'text/event-stream',
  'cache-control': 'no-store',
};
const VERSION = { 'network.protocol.version': '2' };

for (const isSecure of [false, true]) {
  const name = isSecure ? 'TLS' : 'clear text';

  test(`a raw stream over ${name} is measured like one of HTTP/1.1`, async () => {
    await using pair = await startHttp2(isSecure);
    const { metrics } = pair.measured;
    const { client, stream } = await pair.request({ 'last-event-id': '7' });
    stream.respond(STREAM);
    stream.write('data: 1\n\n');
    stream.write(Buffer.from('event: tick\ndata: ä\n\n: hb\n\n'));
    await once(client, 'data');

    const opened = { ...VERSION, 'sse.connection.resumed': true };
    expect(await metrics.sum('sse.server.active_connections', VERSION)).toBe(1);
    expect(await metrics.sum('sse.server.opened_connections', opened)).toBe(1);
    expect(
      await metrics.sum('sse.server.sent.events', { 'sse.event.type': 'tick' }),
    ).toBe(1);
    expect(await metrics.sum('sse.server.sent.events')).toBe(2);
    expect(await metrics.sum('sse.server.sent.comments')).toBe(1);
    expect(await metrics.sum('sse.server.writes')).toBe(2);
    expect(await metrics.sum('sse.server.content.size')).toBe(37);
    expect(await metrics.sum('sse.server.wire.size')).toBe(37);
    expect(await metrics.sum('sse.server.protocol_errors')).toBe(0);
    expect(await metrics.count('sse.server.time_to_first_event')).toBe(1);
    await until(
      'writes are timed',
      () => metrics.count('sse.server.write.duration'),
      (count) => count === 2,
    );

    client.resume();
    stream.end('data: 3\n\n');
    await until('it is closed', () => pair.measured.summaries.length === 1);
    expect(pair.measured.summaries[0]).toMatchObject({
      route: '/events',
      method: 'GET',
      protocolVersion: '2',
      closeReason: 'completed',
      events: 3,
      resumed: true,
      clientAddress: '127.0.0.1',
    });
    expect(await metrics.sum('sse.server.active_connections')).toBe(0);
  });
}

type Answer = (
  request: Http2ServerRequest,
  response: Http2ServerResponse,
) => void;

/** Ways through the compatibility API; each sends two events. */
const COMPAT: Record<string, Answer> = {
  'writeHead and write': (_request, response) => {
    response.writeHead(200, { 'Content-Type': 'text/event-stream' });
    response.write('data: 1\n\n');
    response.end('data: 2\n\n');
  },
  'setHeader and write': (_request, response) => {
    response.setHeader('Content-Type', 'text/event-stream; charset=utf-8');
    response.write('data: 1\n\n');
    response.write('data: 2\n\n');
    response.end();
  },
  'setHeader and end': (_request, response) => {
    response.setHeader('content-type', 'TEXT/event-stream');
    response.end('data: 1\n\ndata: 2\n\n');
  },
  'a pipe': (_request, response) => {
    response.setHeader('content-type', 'text/event-stream');
    Readable.from(['data: 1\n\n', 'data: 2\n\n']).pipe(response);
  },
};

for (const [name, answer] of Object.entries(COMPAT)) {
  test(`the compatibility API is measured: ${name}`, async () => {
    await using pair = await startHttp2();
    pair.server.on('request', answer);
    const { client } = await pair.request();
    client.resume();
    await until('it is closed', () => pair.measured.summaries.length === 1);

    expect(pair.measured.summaries[0]).toMatchObject({
      closeReason: 'completed',
      events: 2,
      contentBytes: 18,
      wireBytes: 18,
    });
  });
}

test('HEAD, 204, other types and streams that end with their headers are not connections', async () => {
  await using pair = await startHttp2();
  const { metrics } = pair.measured;
  const answers = [
    { request: { ':method': 'HEAD' }, headers: STREAM, options: {} },
    { request: {}, headers: { ...STREAM, ':status': 204 }, options: {} },
    {
      request: {},
      headers: { 'content-type': 'application/json' },
      options: {},
    },
    { request: {}, headers: STREAM, options: { endStream: true } },
  ];
  for (const { request, headers, options } of answers) {
    const { client, stream } = await pair.request(request);
    client.resume();
    stream.respond(headers, options);
    stream.end();
    await once(client, 'close');
  }
  expect(await metrics.sum('sse.server.opened_connections')).toBe(0);
});

test('a request answered with an error, or left before its headers, has failed', async () => {
  await using pair = await startHttp2();
  const { metrics } = pair.measured;
  const refused = await pair.request();
  refused.client.resume();
  refused.stream.respond({ ':status': 503 });
  refused.stream.end();
  await once(refused.client, 'close');
  const left = await pair.request();
  left.client.close();
  await once(left.stream, 'close');

  const failed = (type: string) =>
    metrics.sum('sse.server.failed_connections', { 'error.type': type });
  expect(await failed('503')).toBe(1);
  expect(await failed('aborted')).toBe(1);
  expect(await metrics.sum('sse.server.opened_connections')).toBe(0);
});

test('a client that does not read blocks its stream, and its queue is seen', async () => {
  await using pair = await startHttp2();
  const { metrics } = pair.measured;
  const { client, stream } = await pair.request();
  stream.respond(STREAM);
  while (stream.write(`data: ${'x'.repeat(10_000)}\n\n`));
  stream.write('data: ignored\n\n');

  expect(await metrics.sum('sse.server.blocked_connections')).toBe(1);
  expect(await metrics.sum('sse.server.blocked.writes')).toBe(1);
  expect(await metrics.sum('sse.server.queue.size')).toBe(
    stream.writableLength,
  );
  expect(stream.writableLength).toBeGreaterThan(0);
  client.resume();
  await until(
    'it is no longer blocked',
    () => metrics.sum('sse.server.blocked_connections'),
    (blocked) => blocked === 0,
  );
  expect(await metrics.count('sse.server.blocked.duration')).toBe(1);
});
