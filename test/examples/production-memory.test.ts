import { once } from 'node:events';
import { get, type IncomingMessage } from 'node:http';
import { expect, test } from 'vitest';
import { until } from '../support/poll.ts';
import {
  createToken,
  installForTests,
  startProduction,
} from './support/production.ts';

const installed = installForTests();

/** 10 MB a second are kept: the heap would not last for ten. */
const GREEDY = {
  DEMO_EVENTS_PER_SECOND: '50',
  DEMO_EVENT_BYTES: '200000',
  REPLAY_EVENTS: '1000000',
  REPLAY_BYTES: '1000000000',
  MAX_HEAP_RATIO: '0.6',
  COMPRESS_ABOVE_BYTES: '1000000',
};

test('memory exhausted: what is kept is given up, slow streams go, the process stays', async () => {
  await using server = await startProduction(installed.folder, GREEDY, [
    '--max-old-space-size=96',
  ]);
  const headers = { Authorization: `Bearer ${createToken()}` };
  const url = `${server.url}/events`;
  const request = get(url, { headers });
  const [slow] = (await once(request, 'response')) as [IncomingMessage];
  slow.on('error', () => undefined);
  const cut = once(slow.socket, 'close');

  const [line] = await until(
    'the clean-up',
    () => server.log('emergency clean-up'),
    ({ length }) => length > 0,
    60_000,
  );
  expect(line).toMatchObject({ because: { limit: 'maxHeapRatio' }, closed: 1 });
  const { before, after } = line as unknown as {
    before: { bytes: number };
    after: { bytes: number };
  };
  expect(after.bytes).toBeLessThan(before.bytes / 5);
  slow.resume();
  await cut;
  const closed = {
    sse_connection_close_reason: 'error',
    error_type: 'MEMORY_EXHAUSTED',
  };
  await until(
    'the metric',
    async () =>
      (await server.metric('sse_server_closed_connections_total', closed)) > 0,
  );
  // By the third one the heap would have been full for long.
  await until(
    'the third',
    () => server.log('emergency clean-up').length,
    (count) => count >= 3,
    60_000,
  );
  expect((await fetch(`${server.url}/health`)).status).toBe(200);
}, 150_000);
