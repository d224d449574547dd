import { PassThrough, pipeline } from 'node:stream';
import { createGzip, type Gzip } from 'node:zlib';
import { expect, test } from 'vitest';
import type { CloseReason } from '../../src/semconv.ts';
import {
  type Exchange,
  STREAM,
  startMeasured,
} from '../support/measured-server.ts';
import { until } from '../support/poll.ts';

const EVENT = 'data: 1\n\n';

interface Compressed extends Exchange {
  readonly gzip: Gzip;
}

interface Scenario {
  readonly name: string;
  readonly reason: CloseReason;
  /** How many events the application wrote. */
  readonly events: number;
  readonly act: (exchange: Compressed) => unknown;
}

const scenarios: Scenario[] = [
  {
    name: 'a stream ended above its compressor is completed',
    reason: 'completed',
    events: 1,
    act: async ({ client, gzip }) => {
      gzip.write(EVENT);
      gzip.flush();
      await client.waitFor('\r\n\r\n');
      gzip.end();
    },
  },
  {
    name: 'a stream ended above its compressor before it gave anything is completed',
    reason: 'completed',
    events: 2,
    act: ({ gzip }) => {
      gzip.write(EVENT);
      gzip.end(EVENT);
    },
  },
  {
    name: 'a stream at the end of a pipeline with a compressor is completed',
    reason: 'completed',
    events: 1,
    act: ({ gzip }) => {
      const source = new PassThrough();
      source.pipe(gzip);
      source.end(EVENT);
    },
  },
  {
    name: 'a stream ended below its compressor is completed',
    reason: 'completed',
    events: 1,
    act: async ({ client, gzip, response }) => {
      gzip.write(EVENT);
      gzip.flush();
      await client.waitFor('\r\n\r\n');
      response.end();
    },
  },
  {
    name: 'a client that leaves a compressed stream disconnects though the application ends it then',
    reason: 'client_disconnect',
    events: 1,
    act: async ({ client, gzip, request }) => {
      request.on('close', () => gzip.end());
      gzip.write(EVENT);
      gzip.flush();
      await client.waitFor('\r\n\r\n');
      client.socket.destroy();
    },
  },
  {
    name: 'a compressed stream that is destroyed is a close by the server',
    reason: 'server_close',
    events: 1,
    act: async ({ client, gzip, response }) => {
      gzip.write(EVENT);
      gzip.flush();
      await client.waitFor('\r\n\r\n');
      response.destroy();
    },
  },
  {
    name: 'a compressed pipeline whose source fails is an error',
    reason: 'error',
    events: 1,
    act: async ({ client, gzip }) => {
      const source = new PassThrough();
      pipeline(source, gzip, () => {});
      source.write(EVENT);
      gzip.flush();
      await client.waitFor('\r\n\r\n');
      source.destroy(new Error('broken'));
    },
  },
];

for (const { name, reason, events, act } of scenarios) {
  test(name, async () => {
    const closes: unknown[] = [];
    await using server = await startMeasured({
      onClose: (summary) => closes.push([summary.closeReason, summary.events]),
    });
    const exchange = await server.exchange();
    const { response } = exchange;
    response.setHeader('Content-Type', String(STREAM['Content-Type']));
    response.setHeader('Content-Encoding', 'gzip');
    const gzip = createGzip();
    gzip.on('error', (error) => response.destroy(error));
    gzip.pipe(response);
    await act({ ...exchange, gzip });
    await until('it is closed', () => closes.length > 0);
    expect(closes).toEqual([[reason, events]]);
  });
}
