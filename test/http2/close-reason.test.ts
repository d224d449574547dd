import { once } from 'node:events';
import {
  type ClientHttp2Session,
  type ClientHttp2Stream,
  constants,
  type Http2Server,
  type ServerHttp2Stream,
} from 'node:http2';
import type { Socket } from 'node:net';
import { expect, test } from 'vitest';
import { startHttp2 } from '../support/http2-server.ts';
import { until } from '../support/poll.ts';

interface Ends {
  readonly server: Http2Server;
  readonly session: ClientHttp2Session;
  readonly socket: Socket | undefined;
  readonly client: ClientHttp2Stream;
  readonly stream: ServerHttp2Stream;
}

/** What happens to an open stream, and the reason it is closed for. */
const CAUSES: Record<
  string,
  readonly [reason: string, act: (ends: Ends) => unknown, error?: string]
> = {
  'the application ends it': ['completed', ({ stream }) => stream.end()],
  'the application ends it while its client does not read': [
    'completed',
    ({ stream, client }) => {
      client.pause();
      while (stream.write('x'.repeat(10_000)));
      stream.end();
      client.close(constants.NGHTTP2_CANCEL);
    },
  ],
  'the client cancels': [
    'client_disconnect',
    ({ client }) => client.close(constants.NGHTTP2_CANCEL),
  ],
  'the client closes without an error': [
    'client_disconnect',
    ({ client }) => client.close(),
  ],
  'the client destroys its stream': [
    'client_disconnect',
    ({ client }) => client.destroy(),
  ],
  'the client destroys its session': [
    'client_disconnect',
    ({ session }) => session.destroy(),
  ],
  'the client resets its socket': [
    'client_disconnect',
    ({ socket }) => socket?.resetAndDestroy(),
  ],
  'the client ends its socket': [
    'client_disconnect',
    ({ socket }) => socket?.destroy(),
  ],
  'the client leaves and the application ends it then': [
    'client_disconnect',
    ({ client, stream }) => {
      stream.on('aborted', () => stream.end());
      client.close(constants.NGHTTP2_CANCEL);
    },
  ],
  'the client gives another code': [
    'error',
    ({ client }) => client.close(constants.NGHTTP2_ENHANCE_YOUR_CALM),
    'NGHTTP2_ENHANCE_YOUR_CALM',
  ],
  'the application closes it': ['server_close', ({ stream }) => stream.close()],
  'the application destroys it': [
    'server_close',
    ({ stream }) => stream.destroy(),
  ],
  'the application destroys it with an error': [
    'error',
    ({ stream }) => stream.destroy(new RangeError('too far')),
    'RangeError',
  ],
  'the application destroys its session': [
    'server_close',
    ({ stream }) => stream.session?.destroy(),
  ],
  'the application destroys its session after the server stopped listening': [
    'shutdown',
    ({ server, stream }) => {
      server.close();
      stream.session?.destroy();
    },
  ],
  'the guard evicts it': [
    'evicted',
    ({ stream }) => {
      const key = Symbol.for('opentelemetry-instrumentation-sse.close_cause');
      Object.assign(stream, { [key]: 'evicted' });
      stream.close();
    },
  ],
};

for (const [name, [reason, act, error]] of Object.entries(CAUSES)) {
  test(`${name}: ${reason}`, async () => {
    await using pair = await startHttp2();
    const { client, stream } = await pair.request();
    stream.respond({ ':status': 200, 'content-type': 'text/event-stream' });
    stream.write('data: 1\n\n');
    await once(client, 'response');
    if (!name.includes('does not read')) client.resume();
    await act({ ...pair, client, stream });
    const { metrics, summaries } = pair.measured;
    await until('it is closed', () => summaries.length === 1);

    expect(summaries[0]).toMatchObject({
      closeReason: reason,
      errorType: error,
    });
    expect(await metrics.sum('sse.server.active_connections')).toBe(0);
    expect(await metrics.sum('sse.server.closed_connections')).toBe(1);
  });
}

test('a session that times out: timeout', async () => {
  await using pair = await startHttp2(false, 50);
  const { stream } = await pair.request();
  stream.respond({ ':status': 200, 'content-type': 'text/event-stream' });
  const { summaries } = pair.measured;
  await until('it is closed', () => summaries.length === 1);

  expect(summaries[0]?.closeReason).toBe('timeout');
});
