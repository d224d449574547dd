import { once } from 'node:events';
import { get, type IncomingMessage } from 'node:http';
import { createParser } from 'eventsource-parser';
import { expect, test } from 'vitest';
import { until } from '../support/poll.ts';
import {
  createToken,
  installForTests,
  type Production,
  startProduction,
} from './support/production.ts';
import { openReader } from './support/reader.ts';

const installed = installForTests();

function authorize(): Record<string, string> {
  return { Authorization: `Bearer ${createToken()}` };
}

/** Events ÷ writes, and bytes on the wire ÷ those written, for two seconds or so. */
async function measure(
  env: Readonly<Record<string, string>>,
  headers: Readonly<Record<string, string>> = { 'Accept-Encoding': 'identity' },
) {
  await using server = await startProduction(installed.folder, {
    DEMO_EVENTS_PER_SECOND: '200',
    ...env,
  });
  using reader = await openReader(`${server.url}/events`, {
    ...authorize(),
    ...headers,
  });
  await until('400 events', () => reader.events.length >= 400);
  const ratio = async (above: string, below: string) =>
    (await server.metric(`sse_server_${above}_total`)) /
    (await server.metric(`sse_server_${below}_total`));
  return {
    eventsPerWrite: await ratio('sent_events', 'writes'),
    wirePerContent: await ratio('wire_size_bytes', 'content_size_bytes'),
    encoding: reader.response.headers.get('content-encoding'),
    ids: reader.ids(),
  };
}

test('events of 50 ms are one write', async () => {
  const [before, after] = [await measure({ BATCH_MS: '0' }), await measure({})];
  expect(before.eventsPerWrite).toBeLessThan(2.5);
  // 200 a second, ten in a batch; at the beginning some writes have none.
  expect(after.eventsPerWrite).toBeGreaterThan(6);
  const numbers = after.ids.map((id) => Number(id.split('-')[1]));
  const [first = 0] = numbers;
  expect(numbers).toEqual(numbers.map((_, index) => first + index));
});

test('events above 1 KB are compressed, and the metrics still see each', async () => {
  const large = { DEMO_EVENT_BYTES: '2000' };
  const gzip = { 'Accept-Encoding': 'gzip' };
  const [plain, packed, small] = [
    await measure(large),
    await measure(large, gzip),
    await measure({}, gzip),
  ];
  expect(plain).toMatchObject({ encoding: null });
  // What was written just now is on its way.
  expect(plain.wirePerContent).toBeGreaterThan(0.95);
  expect(packed).toMatchObject({ encoding: 'gzip' });
  expect(packed.wirePerContent).toBeLessThan(0.6);
  expect(packed.eventsPerWrite).toBeGreaterThan(6);
  expect(small).toMatchObject({ encoding: null });
});

test('with brotli, which browsers ask for, an event leaves at once too', async () => {
  await using server = await startProduction(installed.folder);
  const large = 'x'.repeat(2000);
  // Of late, events are large.
  await server.publish(large);
  using reader = await openReader(`${server.url}/events`, {
    ...authorize(),
    'Accept-Encoding': 'gzip, deflate, br',
  });
  expect(reader.response.headers.get('content-encoding')).toBe('br');
  await server.publish(large);
  await until('the event', () => reader.events.length === 1);
});

/** A client that reads nothing until it is told to. */
async function openSlowly(server: Production): Promise<IncomingMessage> {
  const request = get(`${server.url}/events`, { headers: authorize() });
  const [response] = (await once(request, 'response')) as [IncomingMessage];
  response.on('error', () => undefined);
  return response;
}

test('a slow reader misses the oldest events, is told so, and the metric counts them', async () => {
  await using server = await startProduction(installed.folder, {
    DEMO_EVENTS_PER_SECOND: '200',
    DEMO_EVENT_BYTES: '100000',
    MAX_QUEUED_EVENTS: '20',
    COMPRESS_ABOVE_BYTES: '1000000',
  });
  const slow = await openSlowly(server);
  const dropped = () =>
    server.metric('sse_server_dropped_events_total', {
      sse_drop_reason: 'buffer_full',
    });
  await until('drops', dropped, (count) => count > 50, 25_000);
  const gaps: number[] = [];
  const parser = createParser({
    onEvent: ({ event, data }) => {
      if (event === 'gap') gaps.push(JSON.parse(data).dropped);
    },
  });
  slow.setEncoding('utf8').on('data', (text: string) => parser.feed(text));
  await until('the gap', () => gaps.length > 0, Boolean, 20_000);
  expect(gaps[0]).toBeGreaterThan(50);
  slow.destroy();
}, 60_000);
