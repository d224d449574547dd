import { once } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { Duplex } from 'node:stream';
import { expect, test } from 'vitest';
import { fill } from '../support/close-scenario.ts';
import { measure } from '../support/measured.ts';
import { STREAM } from '../support/measured-server.ts';
import { until } from '../support/poll.ts';
import {
  formatRequest,
  type RawClient,
  startSecureServer,
  startServer,
} from '../support/sse-server.ts';

const EVENT = 'data: é 好 😀\n\n';

type Serve = (response: ServerResponse, request: IncomingMessage) => unknown;

/** What a server may send, by the path that asks for it. */
const PAGES: Record<string, Serve> = {
  '/written': (response) => {
    response.writeHead(200, STREAM);
    for (let write = 0; write < 5; write++) response.write(EVENT);
    response.end();
  },
  '/implicit': (response) => {
    response.setHeader('Content-Type', 'text/event-stream');
    response.write(EVENT);
    setImmediate(() => response.end(EVENT));
  },
  '/ended': (response) => {
    response.setHeader('Content-Type', 'text/event-stream');
    response.end(EVENT);
  },
  '/empty': (response) => response.writeHead(200, STREAM).end(),
  '/flushed': (response) => {
    response.writeHead(200, STREAM).flushHeaders();
    setImmediate(() => response.end(Buffer.from(EVENT)));
  },
  '/corked': (response) => {
    response.writeHead(200, STREAM);
    response.cork();
    for (let write = 0; write < 5; write++) response.write(EVENT, 'utf8');
    response.uncork();
    response.end(EVENT);
  },
  '/encoded': (response) => {
    response.writeHead(200, STREAM);
    response.write(EVENT, 'latin1');
    response.end('646174613a0a0a', 'hex');
  },
  '/trailed': (response) => {
    response.writeHead(200, { ...STREAM, Trailer: 'X-Count' });
    response.write(EVENT);
    response.addTrailers({ 'X-Count': '1' });
    response.end();
  },
  '/large': (response) => {
    response.writeHead(200, STREAM);
    response.write(`data: ${'é'.repeat(700_000)}\n\n`);
    response.end(`data: ${'x'.repeat(300_000)}\n\n`);
  },
  '/plain': (response) => response.end('plain'),
  '/plain-large': (response) => response.end('x'.repeat(500_000)),
  '/missing': (response) => response.writeHead(404).end(),
};

const STREAMS = Object.keys(PAGES).filter(
  (path) => !path.startsWith('/plain') && path !== '/missing',
);

const serve = (request: IncomingMessage, response: ServerResponse) =>
  PAGES[request.url ?? '']?.(response, request);

/** The bytes of each response that a client received, in order. */
function sizesOf(client: RawClient): number[] {
  return client
    .received()
    .split(/(?=HTTP\/1\.1 )/)
    .map(({ length }) => length);
}

function sumOf(numbers: readonly number[]): number {
  return numbers.reduce((sum, number) => sum + number, 0);
}

/** Waits for so many bytes of the client, when nothing is left to come. */
async function settle(client: RawClient, last: string): Promise<void> {
  client.socket.write(formatRequest(last, { Connection: 'close' }));
  await client.closed;
}

for (const path of STREAMS) {
  test(`the bytes of a stream are those on the wire: ${path}`, async () => {
    using measured = measure();
    await using server = await startServer(serve);
    const client = await server.request(path, { Connection: 'close' });
    await client.closed;
    const { length } = client.received();
    await until('it is counted', () => measured.summaries.length === 1);
    expect(measured.summaries[0]?.wireBytes).toBe(length);
    expect(await measured.metrics.sum('sse.server.wire.size')).toBe(length);
  });

  test(`the bytes of a stream over TLS are those before it is encrypted: ${path}`, async () => {
    using measured = measure();
    await using server = await startSecureServer(serve);
    const client = await server.request(path, { Connection: 'close' });
    await client.closed;
    const { length } = client.received();
    await until('it is counted', () => measured.summaries.length === 1);
    expect(await measured.metrics.sum('sse.server.wire.size')).toBe(length);
  });
}

test('the bytes of a stream for HTTP/1.0 are those on the wire', async () => {
  using measured = measure();
  await using server = await startServer(serve);
  const client = await server.connect();
  client.socket.write('GET /written HTTP/1.0\r\n\r\n');
  await client.closed;
  const { length } = client.received();
  await until('it is counted', () => measured.summaries.length === 1);
  expect(await measured.metrics.sum('sse.server.wire.size')).toBe(length);
});

/** Streams among other responses, and which of them are streams. */
const MIXED = ['/plain', ...STREAMS, '/plain-large', '/missing']
  .flatMap((path) => [path, '/plain', '/ended', '/plain-large'])
  .concat('/plain');

async function expectStreams(
  measured: ReturnType<typeof measure>,
  client: RawClient,
): Promise<void> {
  const sizes = sizesOf(client);
  expect(sizes).toHaveLength(MIXED.length);
  const isStream = (path: string) => STREAMS.includes(path);
  const expected = sizes.filter((_, index) => isStream(MIXED[index] ?? ''));
  await until(
    'all are counted',
    () => measured.summaries.length === expected.length,
  );
  expect(measured.summaries.map(({ wireBytes }) => wireBytes)).toEqual(
    expected,
  );
  expect(await measured.metrics.sum('sse.server.wire.size')).toBe(
    sumOf(expected),
  );
}

test('only the bytes of the streams count on a connection kept alive', async () => {
  using measured = measure();
  await using server = await startServer(serve);
  const client = await server.connect();
  for (const path of MIXED.slice(0, -1)) {
    const { length } = client.received();
    client.socket.write(formatRequest(path));
    await until(`${path} is answered`, () =>
      isWhole(client.received().slice(length)),
    );
  }
  await settle(client, '/plain');
  await expectStreams(measured, client);
});

/** Whether a response has all it says it has. */
function isWhole(text: string): boolean {
  const [, head = '', body = ''] = /^(.*?)\r\n\r\n(.*)$/s.exec(text) ?? [];
  const size = /^content-length: (\d+)/im.exec(head)?.[1];
  if (size !== undefined) return body.length === Number(size);
  return /(^|\r\n)0\r\n(.+\r\n)*\r\n$/.test(body);
}

test('only the bytes of the streams count on a pipelined connection', async () => {
  using measured = measure();
  await using server = await startServer(serve);
  const client = await server.connect();
  const requests = MIXED.slice(0, -1).map((path) => formatRequest(path));
  client.socket.write(requests.join(''));
  await settle(client, '/plain');
  await expectStreams(measured, client);
});

test('the bytes of pipelined streams that are ended out of order are those on the wire', async () => {
  using measured = measure();
  const responses: ServerResponse[] = [];
  await using server = await startServer((_request, response) => {
    responses.push(response.writeHead(200, STREAM));
    response.write(EVENT);
  });
  const client = await server.connect();
  client.socket.write(formatRequest('/1') + formatRequest('/2'));
  client.socket.write(formatRequest('/3', { Connection: 'close' }));
  await until('all are served', () => responses.length === 3);
  for (const response of responses.toReversed()) response.end(EVENT.repeat(9));
  await client.closed;
  await until('all are counted', () => measured.summaries.length === 3);
  const { length } = client.received();
  expect(await measured.metrics.sum('sse.server.wire.size')).toBe(length);
  expect(measured.summaries.map(({ wireBytes }) => wireBytes)).toEqual(
    sizesOf(client),
  );
});

test('the answer to HEAD has no bytes of a stream', async () => {
  using measured = measure();
  await using server = await startServer(serve);
  const client = await server.connect();
  client.socket.write(formatRequest('/written', {}, 'HEAD'));
  await client.waitFor('\r\n\r\n');
  const { length } = client.received();
  expect(await measured.metrics.sum('sse.server.wire.size')).toBe(0);
  await settle(client, '/written');
  await until('it is counted', () => measured.summaries.length === 1);
  expect(await measured.metrics.sum('sse.server.wire.size')).toBe(
    client.received().length - length,
  );
});

test('the bytes of an open stream are those its client received', async () => {
  using measured = measure();
  const responses: ServerResponse[] = [];
  await using server = await startServer((_request, response) => {
    responses.push(response.writeHead(200, STREAM));
    response.write(EVENT);
  });
  const client = await server.request();
  await client.waitFor('\r\n\r\n');
  for (let round = 1; round <= 5; round++) {
    responses[0]?.write(`data: round ${round}\n\n`);
    await client.waitFor(`round ${round}\n\n\r\n`);
    expect(await measured.metrics.sum('sse.server.wire.size')).toBe(
      client.received().length,
    );
  }
});

/** How a stream may end with bytes that never leave. */
const ABORTS: Record<string, (client: RawClient, res: ServerResponse) => void> =
  {
    'its client resets': ({ socket }) => socket.resetAndDestroy(),
    'its server destroys': (_client, response) => response.destroy(),
  };

for (const [how, abort] of Object.entries(ABORTS)) {
  test(`the bytes of a blocked stream that ${how} do not fall`, async () => {
    using measured = measure();
    const responses: ServerResponse[] = [];
    await using server = await startServer((_request, response) => {
      responses.push(response.writeHead(200, STREAM));
      response.write(EVENT);
    });
    const client = await server.request();
    await client.waitFor('\r\n\r\n');
    client.socket.pause();
    const [response] = responses;
    if (response === undefined) throw new Error('nothing served');
    const wireSize = () => measured.metrics.sum('sse.server.wire.size');
    // On Node 26 the bytes of a tick are handed over at its end.
    const exceed = (bytes: number) =>
      until('it is handed over', wireSize, (size) => size > bytes);
    fill(response);
    const filled = await exceed(response.writableLength);
    // What comes on top waits in the process, gone when the socket is.
    response.write('x'.repeat(1024 * 1024));
    const seen = await exceed(filled);
    abort(client, response);
    await until('it is counted', () => measured.summaries.length === 1);
    expect(await wireSize()).toBe(seen);
    expect(measured.summaries[0]?.wireBytes).toBe(seen);
  });
}

test('a stream whose server destroyed it has the bytes that went out', async () => {
  using measured = measure();
  await using server = await startServer((_request, response) => {
    response.writeHead(200, STREAM);
    response.write(EVENT, () => response.destroy());
  });
  const client = await server.request();
  await client.closed;
  await until('it is counted', () => measured.summaries.length === 1);
  expect(await measured.metrics.sum('sse.server.wire.size')).toBe(
    client.received().length,
  );
});

/** A stream that serves as a socket and does not count its bytes. */
class Tunnel extends Duplex {
  received = '';
  override _read(): void {}
  override _write(chunk: Buffer, _: string, done: () => void): void {
    this.received += chunk.toString('latin1');
    done();
  }
}

test('a stream over something that counts no bytes has none on the wire', async () => {
  using measured = measure();
  await using server = await startServer(serve);
  const tunnel = new Tunnel();
  server.server.emit('connection', tunnel);
  tunnel.push(formatRequest('/written', { Connection: 'close' }));
  await once(tunnel, 'finish');
  await until('it is counted', () => measured.summaries.length === 1);
  expect(tunnel.received).toContain('data:');
  expect(measured.summaries[0]).toMatchObject({ wireBytes: 0, events: 5 });
  expect(await measured.metrics.sum('sse.server.wire.size')).toBe(0);
});
