import { expect, test } from 'vitest';
import { SseInstrumentation } from '../../src/instrumentation.ts';
import { PROCESS_METRICS, SERVER_METRICS } from '../../src/semconv.ts';
import { createTwoReaders } from '../support/metric-reader.ts';
import { until } from '../support/poll.ts';
import { startServer } from '../support/sse-server.ts';

function block(milliseconds: number): void {
  const end = performance.now() + milliseconds;
  while (performance.now() < end);
}

// A figure "since the last reading" would be half for each of two readers.

test('two readers see the same figures, however often each collects', async () => {
  const [first, second] = createTwoReaders();
  const instrumentation = new SseInstrumentation();
  instrumentation.setMeterProvider(first.provider);
  await using server = await startServer((_request, response) => {
    response.writeHead(200, { 'Content-Type': 'text/event-stream' });
    response.write('event: tick\ndata: 1\n\n');
    response.write(`data: ${'x'.repeat(1024 * 1024)}\n\n`);
    response.write('data: last\n\n');
  });
  const client = await server.request();
  await client.waitFor('data: last');
  const queue = SERVER_METRICS.connectionQueueMax.name;
  const delay = PROCESS_METRICS.eventLoopDelayMax.name;
  // Node sees no delay before its first sample.
  const slowest = await until(
    'a block of the event loop',
    () => {
      block(100);
      return first.sum(delay);
    },
    (seconds) => seconds > 0.05,
  );
  const longest = await first.sum(queue);
  expect(longest).toBeGreaterThan(512 * 1024);
  expect(await second.sum(queue)).toBe(longest);
  expect(await second.sum(delay)).toBeGreaterThanOrEqual(slowest);
  expect(await first.sum(queue)).toBe(longest);
  for (const { name, kind } of Object.values(SERVER_METRICS)) {
    if (kind === 'histogram') {
      expect(await second.count(name), name).toBe(await first.count(name));
    } else if (kind !== 'observableGauge') {
      expect(await second.sum(name), name).toBe(await first.sum(name));
    }
  }
  instrumentation.disable();
});
