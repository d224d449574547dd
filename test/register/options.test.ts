import { expect, test } from 'vitest';
import { until } from '../support/poll.ts';
import { type Child, runChild, startChild } from './support/child.ts';
import { openStream } from './support/client.ts';
import { FREE_PORT, scrape } from './support/scrape.ts';

function start(env: Readonly<Record<string, string>>): Child {
  return startChild('server.mjs', { env: { ...FREE_PORT, ...env } });
}

test.concurrent('OTEL_SSE_SERVER_METRICS=false leaves the figures of the process', async () => {
  await using child = start({ OTEL_SSE_SERVER_METRICS: 'False' });
  await child.ask('/once');
  const { names } = await scrape(child);
  expect(names).toContain('sse_process_memory_rss_bytes');
  expect(names.filter((name) => name.startsWith('sse_server'))).toEqual([]);
});

test.concurrent('OTEL_SSE_PROCESS_METRICS=false leaves the uptime and the streams', async () => {
  await using child = start({ OTEL_SSE_PROCESS_METRICS: 'false' });
  await child.ask('/once');
  const { names } = await scrape(child);
  expect(names).toContain('sse_server_opened_connections_total');
  expect(names.filter((name) => name.startsWith('sse_process'))).toEqual([
    'sse_process_uptime_seconds',
  ]);
});

test.concurrent('OTEL_SSE_STALL_AFTER_SECONDS says when a stream is stalled', async () => {
  await using child = start({ OTEL_SSE_STALL_AFTER_SECONDS: '0.3' });
  await using _stream = await openStream(child);
  await until('a stalled stream', async () =>
    (await scrape(child)).sum('sse_server_stalled_connections'),
  );
});

test.concurrent('OTEL_SSE_MAX_ROUTES folds the routes beyond it', async () => {
  await using child = start({ OTEL_SSE_MAX_ROUTES: '2' });
  for (const path of ['/once/a', '/once/b', '/once/c', '/once/d']) {
    await child.ask(path);
  }
  const metrics = await scrape(child);
  const opened = (http_route: string) =>
    metrics.sum('sse_server_opened_connections_total', { http_route });
  expect(opened('/once/a')).toBe(1);
  expect(opened('/once/b')).toBe(1);
  expect(opened('_OTHER')).toBe(2);
});

const TYPES = {
  OTEL_SSE_MAX_EVENT_TYPES: { value: '2', seen: { a: 1, b: 1, _OTHER: 2 } },
  OTEL_SSE_EVENT_TYPES: { value: ' b , d', seen: { b: 1, d: 1, _OTHER: 2 } },
};

for (const [name, { value, seen }] of Object.entries(TYPES)) {
  test.concurrent(`${name}=${value} says which event types are told apart`, async () => {
    await using child = start({ [name]: value });
    await child.ask('/once/a,b,c,d');
    const metrics = await scrape(child);
    for (const [type, count] of Object.entries(seen)) {
      const labels = { sse_event_type: type };
      expect(metrics.sum('sse_server_sent_events_total', labels)).toBe(count);
    }
    expect(metrics.sum('sse_server_sent_events_total')).toBe(4);
  });
}

test.concurrent('OTEL_SSE_SAMPLES_PER_SECOND=0 records no sampled histogram', async () => {
  await using child = start({ OTEL_SSE_SAMPLES_PER_SECOND: '0' });
  await child.ask('/once/a,b,c,d');
  const metrics = await scrape(child);
  expect(metrics.sum('sse_server_sent_events_total')).toBe(4);
  expect(metrics.sum('sse_server_event_size_bytes_count')).toBe(0);
  expect(metrics.sum('sse_server_connection_duration_seconds_count')).toBe(1);
});

const FINALS = [
  ['done,[DONE]', { '/once/done': 0, '/once/x=[DONE]': 0, '/once/x': 1 }],
  ['/once/a=a,done', { '/once/a': 0, '/once/x': 'none' }],
  [
    '/once/a=done; /once/b=b ;*=x',
    { '/once/a': 1, '/once/b': 0, '/once/x': 0 },
  ],
] as const;

for (const [value, unfinished] of FINALS) {
  test.concurrent(`OTEL_SSE_FINAL_EVENTS=${value} finds the streams that were cut`, async () => {
    await using child = start({ OTEL_SSE_FINAL_EVENTS: value });
    for (const path of Object.keys(unfinished)) await child.ask(path);
    const metrics = await scrape(child);
    const name = 'sse_server_unfinished_closes_total';
    const routes = metrics.labels(name).map(({ http_route }) => http_route);
    for (const [http_route, count] of Object.entries(unfinished)) {
      if (count === 'none') expect(routes).not.toContain(http_route);
      else expect(metrics.sum(name, { http_route }), http_route).toBe(count);
    }
  });
}

for (const value of ['1', '127.0.0.1, 10.0.0.0/8']) {
  test.concurrent(`OTEL_SSE_TRUST_PROXY=${value} finds the client behind a proxy`, async () => {
    await using child = start({ OTEL_SSE_TRUST_PROXY: value });
    await using _one = await openStream(child, '/events', '198.51.100.1');
    await using _two = await openStream(child, '/events', '198.51.100.2');
    await using _same = await openStream(child, '/events', '198.51.100.2');
    const metrics = await scrape(child);
    expect(metrics.sum('sse_server_clients')).toBe(2);
    expect(metrics.sum('sse_server_client_connections_max')).toBe(2);
  });
}

test.concurrent('trusts no proxy by default', async () => {
  await using child = start({});
  await using _stream = await openStream(child, '/events', '198.51.100.1');
  expect((await scrape(child)).names).not.toContain('sse_server_clients');
});

test.concurrent('an empty variable of ours is an unset one', async () => {
  const { VARIABLES } = await import('../../src/register/variables.ts');
  const env = Object.fromEntries(VARIABLES.map(({ name }) => [name, ' ']));
  expect((await runChild('idle.mjs', { env })).stderr).toBe('');
});
