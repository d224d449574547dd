import type { ServerResponse } from 'node:http';
import { PassThrough, pipeline, Readable } from 'node:stream';
import { createGzip, gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { openDecoding } from '../support/decoding-client.ts';
import { STREAM, startMeasured } from '../support/measured-server.ts';
import { readFigures } from '../support/stream-figures.ts';

const EVENTS = [
  'event: hello\ndata: grüß dich\n\n',
  'event: tick\ndata: 1\n\n',
];
const TEXT = EVENTS.join('');
const HEADERS = { ...STREAM, 'Content-Encoding': 'gzip' };
const ROUTES = ['/events/:id'];

interface Setup {
  readonly name: string;
  readonly answer: (response: ServerResponse) => unknown;
}

/** What is given to the response is encoded, and nothing says where before. */
const blind: Setup[] = [
  {
    name: 'a pipeline with a stage after the compressor',
    answer(response) {
      setHeaders(response);
      const stages = [createGzip(), new PassThrough(), response] as const;
      pipeline(Readable.from(EVENTS), ...stages, () => {});
    },
  },
  {
    name: 'a web CompressionStream made a Node stream',
    answer(response) {
      setHeaders(response);
      const { readable, writable } = new CompressionStream('gzip');
      Readable.fromWeb(readable).pipe(response);
      return feed(writable);
    },
  },
  {
    name: 'a web CompressionStream read by hand',
    async answer(response) {
      setHeaders(response);
      const { readable, writable } = new CompressionStream('gzip');
      const fed = feed(writable);
      for await (const chunk of readable) response.write(chunk);
      await fed;
      response.end();
    },
  },
  {
    name: 'a compressor whose data a listener writes',
    answer(response) {
      setHeaders(response);
      const gzip = createGzip();
      gzip.on('data', (chunk) => response.write(chunk));
      gzip.on('end', () => response.end());
      gzip.end(TEXT);
    },
  },
  {
    name: 'a stage after a compressor, piped after writeHead',
    answer(response) {
      response.writeHead(200, HEADERS);
      const stages = [createGzip(), new PassThrough(), response] as const;
      pipeline(Readable.from(EVENTS), ...stages, () => {});
    },
  },
  {
    name: 'a compressor piped before the headers are set',
    answer(response) {
      const gzip = createGzip();
      gzip.pipe(response);
      setHeaders(response);
      gzip.end(TEXT);
    },
  },
  {
    name: 'a text compressed at once',
    answer(response) {
      setHeaders(response);
      response.end(gzipSync(TEXT));
    },
  },
];

for (const { name, answer } of blind) {
  test(`${name} has bytes and no events`, async () => {
    const config = { finalEvents: ['end'] };
    await using server = await startMeasured(config, (_request, response) => {
      answer(response);
    });
    const client = await openDecoding(`${server.url}/events/7`);
    await client.waitFor(TEXT);
    await client.closed;
    await server.closed(1);
    const { content, ...figures } = await readFigures(server);
    expect(figures).toEqual({
      routes: ROUTES,
      active: 0,
      events: {},
      wire: client.wireBytes(),
      closed: { completed: 1 },
    });
    // The encoded bytes: all that was ever seen.
    expect(content).toBeGreaterThan(0);
    expect(content).not.toBe(Buffer.byteLength(TEXT));
    expect(content).toBeLessThan(client.wireBytes());
    expect(await server.sum('protocolErrors')).toBe(0);
    expect(await server.sum('waitingConnections')).toBe(0);
    expect(await server.sum('unfinishedCloses')).toBe(0);
  });
}

/** The change that docs/compression.md names for each. */
const mended: Setup[] = [
  {
    name: 'a stage before the compressor',
    answer(response) {
      setHeaders(response);
      const stages = [new PassThrough(), createGzip(), response] as const;
      pipeline(Readable.from(EVENTS), ...stages, () => {});
    },
  },
  {
    name: 'a web stream through the compressor of Node',
    answer(response) {
      setHeaders(response);
      const source = Readable.fromWeb(ReadableStream.from(EVENTS));
      pipeline(source, createGzip(), response, () => {});
    },
  },
  {
    name: 'a pipe before the end',
    answer(response) {
      response.writeHead(200, HEADERS);
      const gzip = createGzip();
      gzip.pipe(response);
      gzip.end(TEXT);
    },
  },
];

for (const { name, answer } of mended) {
  test(`${name} has its events`, async () => {
    await using server = await startMeasured({}, (_request, response) => {
      answer(response);
    });
    const client = await openDecoding(`${server.url}/events/7`);
    await client.waitFor(TEXT);
    await client.closed;
    await server.closed(1);
    expect(await readFigures(server)).toEqual({
      routes: ROUTES,
      active: 0,
      events: { hello: 1, tick: 1 },
      content: Buffer.byteLength(TEXT),
      wire: client.wireBytes(),
      closed: { completed: 1 },
    });
  });
}

test('what is written into a compressor before it is piped is missed alone', async () => {
  await using server = await startMeasured({}, (_request, response) => {
    setHeaders(response);
    const gzip = createGzip();
    gzip.write(EVENTS[0]);
    gzip.pipe(response);
    gzip.end(EVENTS[1]);
  });
  const client = await openDecoding(`${server.url}/events/7`);
  await client.waitFor(TEXT);
  await client.closed;
  await server.closed(1);
  expect((await readFigures(server)).events).toEqual({ tick: 1 });
});

function setHeaders(response: ServerResponse): void {
  for (const [name, value] of Object.entries(HEADERS)) {
    response.setHeader(name, String(value));
  }
}

async function feed(writable: WritableStream<Uint8Array>): Promise<void> {
  const writer = writable.getWriter();
  for (const event of EVENTS) await writer.write(Buffer.from(event));
  await writer.close();
}
