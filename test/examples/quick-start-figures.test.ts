import { expect, test } from 'vitest';
import {
  computeFigures,
  computeHeapGrowth,
  computeQuantile,
} from '../../examples/quick-start/figures.mjs';
import { readMetrics } from '../../examples/quick-start/metrics.mjs';

const BUCKET = 'sse_server_time_to_first_event_seconds_bucket';

test('sums a metric over all label sets, whatever its labels hold', () => {
  const text = [
    '# TYPE sse_server_sent_events_total counter',
    'sse_server_sent_events_total{sse_event_type="tick"} 3',
    'sse_server_sent_events_total{http_route="/a {b} 9 \\"} 7",le="x"} 4 1700000000000',
    'sse_server_active_connections 2',
    'sse_process_heap_used_bytes 1.5e+7',
    `${BUCKET}{http_route="/a",le="0.1"} 1`,
    `${BUCKET}{http_route="/b,le=\\"9\\"",le="0.1"} 2`,
    `${BUCKET}{http_route="/a",le="+Inf"} 5`,
    '',
  ].join('\n');
  expect(readMetrics(text, 7)).toMatchObject({
    atMs: 7,
    events: 7,
    active: 2,
    heapBytes: 15_000_000,
    closed: 0,
    firstEvent: new Map([
      [0.1, 3],
      [Number.POSITIVE_INFINITY, 5],
    ]),
  });
});

test('computes rates and the quantile from the difference of two readings', () => {
  const at = (atMs: number, events: number, low: number, high: number) =>
    readMetrics(
      `sse_server_sent_events_total ${events}\n` +
        `${BUCKET}{le="1"} ${low}\n${BUCKET}{le="2"} ${high}\n` +
        `${BUCKET}{le="+Inf"} ${high}\n`,
      atMs,
    );
  const figures = computeFigures(at(0, 100, 50, 50), at(2000, 150, 50, 60));
  expect(figures['eventsPerSecond']).toBe(25);
  // All ten in the bucket from 1 to 2 s.
  expect(figures['firstEventP95Seconds']).toBeCloseTo(1.95);
  // A server that started again counts from 0.
  const again = computeFigures(at(0, 100, 50, 50), at(1000, 5, 0, 0));
  expect(again['eventsPerSecond']).toBe(5);
  expect(again['firstEventP95Seconds']).toBeUndefined();
});

test('computes quantiles as histogram_quantile does', () => {
  const buckets = new Map([
    [Number.POSITIVE_INFINITY, 10],
    [0.1, 2],
    [0.5, 6],
    [1, 8],
  ]);
  expect(computeQuantile(0.1, buckets)).toBeCloseTo(0.05);
  expect(computeQuantile(0.5, buckets)).toBeCloseTo(0.4);
  expect(computeQuantile(0.8, buckets)).toBe(1);
  expect(computeQuantile(0.95, buckets)).toBe(1);
  expect(computeQuantile(0.95, new Map([[1, 0]]))).toBeUndefined();
  expect(computeQuantile(0.95, new Map())).toBeUndefined();
});

test('computes heap growth as deriv does, from ten readings on', () => {
  const readings = Array.from({ length: 10 }, (_, index) =>
    readMetrics(
      // A saw of garbage collections on 100 bytes a second.
      `sse_process_heap_used_bytes ${1000 + 100 * index + 500 * (index % 2)}\n`,
      index * 1000,
    ),
  );
  expect(computeHeapGrowth(readings)).toBeCloseTo(115.15, 1);
  expect(computeHeapGrowth(readings.slice(1))).toBeUndefined();
});
