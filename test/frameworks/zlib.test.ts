import type { ServerResponse } from 'node:http';
import { PassThrough, pipeline, type Transform } from 'node:stream';
import {
  constants,
  createBrotliCompress,
  createDeflate,
  createGzip,
  createZstdCompress,
} from 'node:zlib';
import { expect, test } from 'vitest';
import { openDecoding } from '../support/decoding-client.ts';
import { STREAM, startMeasured } from '../support/measured-server.ts';
import { until } from '../support/poll.ts';
import { ENDS, expectStream } from '../support/stream-ends.ts';

const EVENTS = [
  'event: hello\ndata: grüß dich\n\n',
  'event: tick\ndata: 1\n\n',
  'data: 2\n\n',
];
const TEXT = EVENTS.join('');
const ALL = {
  routes: ['/events/:id'],
  events: { hello: 1, tick: 1, message: 1 },
  content: Buffer.byteLength(TEXT),
};

/** Every compressor of Node that browsers know, giving each chunk at once. */
const compressors: Record<string, () => Transform> = {
  gzip: () => createGzip({ flush: constants.Z_SYNC_FLUSH }),
  deflate: () => createDeflate({ flush: constants.Z_SYNC_FLUSH }),
  br: () => createBrotliCompress({ flush: constants.BROTLI_OPERATION_FLUSH }),
  zstd: () => createZstdCompress({ flush: constants.ZSTD_e_flush }),
};

for (const [encoding, create] of Object.entries(compressors)) {
  for (const reason of ENDS) {
    test(`what is written into ${encoding} piped into a response is measured: ${reason}`, async () => {
      const compressor = create();
      await using server = await startMeasured({}, (_request, response) => {
        setHeaders(response, encoding);
        compressor.pipe(response);
        response.on('close', () => compressor.destroy());
        for (const event of EVENTS) compressor.write(event);
      });
      const client = await openDecoding(`${server.url}/events/7`, encoding);
      await client.waitFor(TEXT);
      const end = () => compressor.end();
      await expectStream({ server, client, end }, reason, ALL);
      expect(await server.sum('writes')).toBe(3);
      expect(await server.sum('protocolErrors')).toBe(0);
    });

    test(`what is written into ${encoding} piped after writeHead is measured: ${reason}`, async () => {
      const compressor = create();
      await using server = await startMeasured({}, (_request, response) => {
        response.writeHead(200, { ...STREAM, 'Content-Encoding': encoding });
        response.flushHeaders();
        compressor.pipe(response);
        response.on('close', () => compressor.destroy());
      });
      const client = await openDecoding(`${server.url}/events/7`, encoding);
      await until(
        'it waits for an event',
        () => server.sum('waitingConnections'),
        (waiting) => waiting === 1,
      );
      for (const event of EVENTS) compressor.write(event);
      await client.waitFor(TEXT);
      const end = () => compressor.end();
      await expectStream({ server, client, end }, reason, ALL);
      expect(await server.sum('waitingConnections')).toBe(0);
      expect(await server.sum('protocolErrors')).toBe(0);
    });

    test(`what goes through a pipeline with ${encoding} last is measured: ${reason}`, async () => {
      const source = new PassThrough();
      const compressor = create();
      await using server = await startMeasured({}, (_request, response) => {
        setHeaders(response, encoding);
        pipeline(source, compressor, response, () => {});
        for (const event of EVENTS) source.write(event);
      });
      const client = await openDecoding(`${server.url}/events/7`, encoding);
      await client.waitFor(TEXT);
      const end = () => source.end();
      await expectStream({ server, client, end }, reason, ALL);
      expect(await server.sum('protocolErrors')).toBe(0);
    });
  }
}

function setHeaders(response: ServerResponse, encoding: string): void {
  for (const [name, value] of Object.entries(STREAM)) {
    response.setHeader(name, String(value));
  }
  response.setHeader('Content-Encoding', encoding);
}
