import type { IncomingMessage, ServerResponse } from 'node:http';
import { setTimeout as wait } from 'node:timers/promises';
import type { Histogram } from '@opentelemetry/sdk-metrics';
import { expect, test } from 'vitest';
import { sseViews } from '../../src/index.ts';
import { measure } from '../support/measured.ts';
import {
  createMetrics,
  type Metrics,
  type Point,
} from '../support/metric-reader.ts';
import { until } from '../support/poll.ts';
import { startServer } from '../support/sse-server.ts';
import { instrumentHttp } from './instrumented-http.ts';

const LATENCY = 'http.server.request.duration';
const SHORT = 20;
const STREAMS = 3;
const STREAM_MS = 3000;

/** Short requests of about 5 ms, and streams that are open for three seconds. */
async function answer(
  { url }: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  if (url !== '/events') {
    await wait(5);
    response.end('{}');
    return;
  }
  response.writeHead(200, { 'Content-Type': 'text/event-stream' });
  response.write('data: 1\n\n');
  await wait(STREAM_MS);
  response.end('data: 2\n\n');
}

interface Driven {
  /** What the HTTP instrumentation reports of the requests above. */
  readonly points: readonly Point[];
  /** What the short ones are below, in seconds: more on a busy machine. */
  readonly limit: number;
}

async function drive(metrics: Metrics, isSampled = true): Promise<Driven> {
  using _http = instrumentHttp(metrics.provider, isSampled);
  using measured = measure();
  await using server = await startServer(answer);
  const get = async (path: string) =>
    (await fetch(`${server.url}${path}`)).text();
  const streams = Array.from({ length: STREAMS }, () => get('/events'));
  let slowest = 0;
  for (let i = 0; i < SHORT; i++) {
    const start = performance.now();
    await get('/short');
    slowest = Math.max(slowest, (performance.now() - start) / 1000);
  }
  await Promise.all(streams);
  await until('the streams', () => measured.summaries.length === STREAMS);
  await until(
    'the latencies',
    () => metrics.count(LATENCY),
    (count) => count === SHORT + STREAMS,
  );
  // A quantile may be as high as its bucket: the next boundary is 2.5 times more.
  const limit = Math.max(0.1, slowest * 2.5);
  return { points: (await metrics.collect()).get(LATENCY) ?? [], limit };
}

/** As Prometheus's `histogram_quantile` has it. */
function quantileOf({ value }: Point, quantile: number): number {
  const { boundaries, counts } = (value as Histogram).buckets;
  const rank = quantile * (value as Histogram).count;
  let below = 0;
  for (const [bucket, count] of counts.entries()) {
    if (below + count >= rank) {
      const start = boundaries[bucket - 1] ?? 0;
      const end = boundaries[bucket] ?? start;
      return start + ((end - start) * (rank - below)) / count;
    }
    below += count;
  }
  throw new Error('an empty histogram');
}

test('without the views, streams are the slowest requests', async () => {
  const { points } = await drive(createMetrics());
  const [point, ...others] = points;
  expect(others).toEqual([]);
  expect(quantileOf(point as Point, 0.99)).toBeGreaterThan(1);
});

test('with the views, a stream that is left out of the metrics is marked too', async () => {
  const metrics = createMetrics(sseViews());
  using _http = instrumentHttp(metrics.provider);
  using measured = measure({ ignoreRequestHook: () => true });
  await using server = await startServer((_request, response) => {
    response.writeHead(200, { 'Content-Type': 'text/event-stream' });
    response.end('data: 1\n\n');
  });
  await (await fetch(server.url)).text();
  await until('the latency', () => metrics.count(LATENCY));
  const points = (await metrics.collect()).get(LATENCY);
  expect(points?.map(({ attributes }) => attributes['sse.stream'])).toEqual([
    true,
  ]);
  expect(measured.summaries).toEqual([]);
});

for (const isSampled of [true, false]) {
  const traces = isSampled ? 'sampled' : 'not sampled';
  test(`with the views, streams have a series of their own: traces ${traces}`, async () => {
    const metrics = createMetrics(sseViews());
    const { points, limit } = await drive(metrics, isSampled);
    const streams = points.filter(({ attributes }) => attributes['sse.stream']);
    const shorts = points.filter((point) => !streams.includes(point));
    expect([streams.length, shorts.length]).toEqual([1, 1]);
    const [stream, short] = [...streams, ...shorts] as [Point, Point];
    expect(quantileOf(short, 0.99)).toBeLessThan(limit);
    expect(short.value).toMatchObject({ count: SHORT });
    expect(stream.value).toMatchObject({ count: STREAMS });
    expect((stream.value as Histogram).min).toBeGreaterThan(2);
    expect(stream.attributes).toEqual({
      ...short.attributes,
      'sse.stream': true,
    });
    // The boundaries that the instrumentation advises.
    expect((short.value as Histogram).buckets.boundaries[0]).toBe(0.005);
  });
}

test('the views do nothing while nothing is measured', async () => {
  const metrics = createMetrics(sseViews());
  using _http = instrumentHttp(metrics.provider);
  await using server = await startServer((_request, response) => {
    response.writeHead(200, { 'Content-Type': 'text/event-stream' });
    response.end('data: 1\n\n');
  });
  await (await fetch(server.url)).text();
  await until(
    'the latency',
    () => metrics.count(LATENCY),
    (count) => count === 1,
  );
  const [point] = (await metrics.collect()).get(LATENCY) ?? [];
  expect(point?.attributes).not.toHaveProperty('sse.stream');
});
