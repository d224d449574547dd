import { once } from 'node:events';
import {
  type ClientHttp2Session,
  connect,
  createSecureServer,
  createServer,
  type Http2Server,
  type Http2ServerRequest,
  type Http2ServerResponse,
} from 'node:http2';
import { request as requestHttps } from 'node:https';
import type { AddressInfo } from 'node:net';
import { expect, test } from 'vitest';
import { createSseGuard, type SseGuard } from '../../src/guard.ts';
import { createCertificate } from '../support/certificate.ts';
import { measure } from '../support/measured.ts';
import { until } from '../support/poll.ts';

const STREAM = {
  'content-type': 'text/event-stream',
  'cache-control': 'no-store',
};

interface Pair extends AsyncDisposable {
  readonly session: ClientHttp2Session;
  readonly port: number;
}

async function listen(server: Http2Server, scheme = 'http'): Promise<Pair> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const session = connect(`${scheme}://127.0.0.1:${port}`, {
    rejectUnauthorized: false,
  });
  session.on('error', () => {});
  return {
    session,
    port,
    async [Symbol.asyncDispose]() {
      session.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}

/** Asks for a stream. What it got is brought up to date as it comes. */
async function ask(session: ClientHttp2Session) {
  const stream = session.request({
    ':path': '/events',
    accept: 'text/event-stream',
  });
  stream.on('error', () => {});
  const got = { status: 0, text: '', isClosed: false, stream };
  stream.setEncoding('utf8');
  stream.on('data', (chunk: string) => {
    got.text += chunk;
  });
  stream.on('close', () => {
    got.isClosed = true;
  });
  const [headers] = await once(stream, 'response');
  got.status = headers[':status'];
  return got;
}

/** Servers that ask the guard in each of the ways there are. */
const WAYS: Record<string, (guard: SseGuard) => Http2Server> = {
  'the compatible API': (guard) =>
    createServer((request, response) => {
      if (guard.admit(request, response)) answer(request, response);
    }),
  'raw streams': (guard) => {
    const server = createServer();
    server.on('stream', (stream, headers) => {
      if (!guard.admit(headers, stream)) return;
      stream.respond({ ':status': 200, ...STREAM });
      stream.write('data: 1\n\n');
    });
    return server;
  },
  guardServers: (guard) => {
    guard.guardServers();
    return createServer(answer);
  },
};

function answer(_request: Http2ServerRequest, response: Http2ServerResponse) {
  response.writeHead(200, STREAM);
  response.write('data: 1\n\n');
}

for (const [way, create] of Object.entries(WAYS)) {
  for (const isMeasured of [false, true]) {
    const how = `${way}, ${isMeasured ? 'measured' : 'not measured'}`;

    test(`HTTP/2: of two allowed the third is refused by ${how}`, async () => {
      const measured = isMeasured ? measure({}) : undefined;
      using guard = createSseGuard({ maxConnections: 2 });
      await using pair = await listen(create(guard));
      const first = await ask(pair.session);
      const second = await ask(pair.session);
      const third = await ask(pair.session);
      await until('its end', () => third.isClosed);
      expect(third.status).toBe(200);
      expect(third.text).toMatch(/^retry: \d+\n\n$/);
      for (const one of [first, second]) {
        await until('its event', () => one.text === 'data: 1\n\n');
      }
      first.stream.close();
      await until('its place', () => guard.read().connections === 1);
      expect(guard.read().refused).toEqual({ connections: 1 });
      measured?.[Symbol.dispose]();
    });

    test(`HTTP/2: a stream whose time is over ends whole by ${how}`, async () => {
      const measured = isMeasured ? measure({}) : undefined;
      using guard = createSseGuard({
        maxConnectionSeconds: 0.3,
        connectionJitter: 0,
      });
      await using pair = await listen(create(guard));
      const got = await ask(pair.session);
      await until('its end', () => got.isClosed);
      expect(got.text).toMatch(/^data: 1\n\nretry: \d+\n\n$/);
      expect(guard.read()).toMatchObject({
        connections: 0,
        ended: { expired: 1 },
      });
      if (measured === undefined) return;
      const reason = { 'sse.connection.close_reason': 'expired' };
      await until('the close', () =>
        measured.metrics.sum('sse.server.closed_connections', reason),
      );
      measured[Symbol.dispose]();
    });
  }
}

test('HTTP/2: a drained stream closes its session, so that its client goes elsewhere', async () => {
  using guard = createSseGuard();
  await using pair = await listen(WAYS['raw streams']?.(guard) as Http2Server);
  const got = await ask(pair.session);
  const closed = once(pair.session, 'close');
  expect(await guard.drain({ seconds: 0.3, retry: 5 })).toMatchObject({
    open: 1,
    closed: 1,
  });
  await until('its end', () => got.isClosed);
  expect(got.text).toMatch(/retry: 5\n\n$/);
  await closed;
});

test('HTTP/2: a slow client is cut off alone, its session goes on', async () => {
  using guard = createSseGuard({ maxQueueBytes: 1_000_000 });
  const responses: Http2ServerResponse[] = [];
  const server = createServer((request, response) => {
    if (!guard.admit(request, response)) return;
    answer(request, response);
    responses.push(response);
  });
  await using pair = await listen(server);
  const slow = await ask(pair.session);
  const quick = await ask(pair.session);
  slow.stream.pause();
  responses[0]?.write(`data: ${'x'.repeat(5_000_000)}\n\n`);
  await until('its end', () => guard.read().ended.evicted === 1);
  await until('its place', () => guard.read().connections === 1);
  responses[1]?.write('data: on\n\n');
  await until('the event', () => quick.text.includes('data: on'));
});

test('HTTP/1.1 requests of an HTTP/2 server are guarded too', async () => {
  using guard = createSseGuard({ maxConnections: 0 });
  guard.guardServers();
  const server = createSecureServer(
    { ...createCertificate(), allowHTTP1: true },
    answer,
  );
  await using pair = await listen(server as unknown as Http2Server, 'https');
  const request = requestHttps({
    port: pair.port,
    rejectUnauthorized: false,
    headers: { accept: 'text/event-stream' },
  });
  request.end();
  const [response] = await once(request, 'response');
  response.setEncoding('utf8');
  const [text] = await once(response, 'data');
  expect(text).toMatch(/^retry: \d+\n\n$/);
  expect(guard.read().refused).toEqual({ connections: 1 });
});
