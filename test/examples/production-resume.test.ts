import { EventSource } from 'eventsource';
import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  type Installed,
  installProduction,
} from '../../stack/production-package.ts';
import { until } from '../support/poll.ts';
import {
  createToken,
  type Production,
  startProduction,
} from './support/production.ts';
import { openReader } from './support/reader.ts';
import { startRelay } from './support/relay.ts';

let installed: Installed;
let server: Production;
beforeAll(async () => {
  installed = installProduction();
  server = await startProduction(installed.folder, { RETRY_SECONDS: '0.05' });
}, 120_000);
afterAll(async () => {
  await server?.[Symbol.asyncDispose]();
  installed?.[Symbol.dispose]();
});

function authorize(): Record<string, string> {
  return { Authorization: `Bearer ${createToken()}` };
}

/** Publishes so many events, one after the other. */
async function publish(count: number): Promise<string[]> {
  const ids: string[] = [];
  for (let index = 0; index < count; index++) {
    ids.push(await server.publish(index));
  }
  return ids;
}

test('an EventSource whose connection is cut again and again misses no event', async () => {
  await using relay = await startRelay(server.url);
  const headers = authorize();
  const source = new EventSource(`${relay.url}/events`, {
    fetch: (url, init) =>
      fetch(url, { ...init, headers: { ...init.headers, ...headers } }),
  });
  const ids: string[] = [];
  source.addEventListener('test', ({ lastEventId }) => ids.push(lastEventId));
  try {
    await until('open', () => source.readyState === source.OPEN);
    const expected = await publish(3);
    await until('the first', () => ids.length >= 3);
    for (let round = 1; round <= 4; round++) {
      relay.cut();
      expected.push(...(await publish(5)));
      await until('the others', () => ids.length >= expected.length);
    }
    expect(ids).toEqual(expected);
    expect(relay.count()).toBe(5);
  } finally {
    source.close();
  }
});

test('a fetch client resumes, and the metrics say how that went', async () => {
  const before = await server.metric('sse_server_replayed_events_total');
  const [first = '', ...missed] = await publish(4);
  using reader = await openReader(`${server.url}/events`, {
    ...authorize(),
    'Last-Event-ID': first,
  });
  await until('the missed', () => reader.events.length === 3);
  const next = await server.publish('live');
  await until('the next', () => reader.events.length === 4);
  expect(reader.ids()).toEqual([...missed, next]);
  const after = await server.metric('sse_server_replayed_events_total');
  expect(after - before).toBe(3);
  const complete = { sse_resume_result: 'complete' };
  expect(
    await server.metric('sse_server_resumes_total', complete),
  ).toBeGreaterThan(0);
});

test('a reader whose events are gone is told so, and gets what is left', async () => {
  await using small = await startProduction(installed.folder, {
    REPLAY_EVENTS: '5',
  });
  for (let index = 0; index < 20; index++) await small.publish(index);
  using reader = await openReader(`${small.url}/events`, {
    ...authorize(),
    'Last-Event-ID': '1000-1',
  });
  await until('the rest', () => reader.events.length > 5);
  expect(reader.events[0]).toMatchObject({ type: 'gap', data: '{}' });
  expect(reader.events.at(-1)?.data).toBe('19');
  const partial = { sse_resume_result: 'partial' };
  await until(
    'the metric',
    async () => (await small.metric('sse_server_resumes_total', partial)) === 1,
  );
});

test('a silent stream has heartbeats', async () => {
  await using quick = await startProduction(installed.folder, {
    HEARTBEAT_SECONDS: '0.05',
  });
  const url = `${quick.url}/events`;
  using reader = await openReader(url, authorize());
  await until('heartbeats', () => reader.comments.length >= 3);
  expect(reader.events).toEqual([]);
});
