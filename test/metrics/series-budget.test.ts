import { once } from 'node:events';
import { expect, test } from 'vitest';
import { createSseGuard, SSE_GUARD_PRESETS } from '../../src/guard.ts';
import { SseInstrumentation, sseViews } from '../../src/index.ts';
import {
  GUARD_METRICS,
  type MetricDefinition,
  PROCESS_METRICS,
  prometheusName,
  SERVER_METRICS,
} from '../../src/semconv.ts';
import { STREAM } from '../support/measured-server.ts';
import { until } from '../support/poll.ts';
import { nameOfSeries, startPrometheus } from '../support/prometheus.ts';
import { startServer } from '../support/sse-server.ts';

const MUCH = `data: ${'x'.repeat(100_000)}\n\n`;
const TYPES = ['message', 'tick', 'tock', 'done'];

/**
 * The series of an instance that serves so many routes, with a figure in every
 * metric: what a real Prometheus endpoint prints.
 */
async function scrapeInstance(routes: number): Promise<string[]> {
  await using endpoint = await startPrometheus(sseViews());
  const instrumentation = new SseInstrumentation({
    clientAddress: () => '192.0.2.1',
    finalEvents: ['done'],
  });
  instrumentation.setMeterProvider(endpoint.provider);
  using guard = createSseGuard(SSE_GUARD_PRESETS.production);
  await using server = await startServer(async (request, response) => {
    if (!guard.admit(request, response)) return;
    response.writeHead(200, STREAM);
    response.write(': hello\n\n');
    for (const type of TYPES) response.write(`event: ${type}\ndata: 1\n\n`);
    response.write(MUCH);
    if (response.writableNeedDrain) await once(response, 'drain');
    response.end('data: last\n\n');
  });
  for (let route = 0; route < routes; route++) {
    await (
      await fetch(`${server.url}/route-${'abc'[route % 3]}${route}`)
    ).text();
  }
  const closed = prometheusName(SERVER_METRICS.closedConnections);
  const lines = await until(
    'closed connections',
    () => endpoint.scrape(),
    (scraped) =>
      scraped.filter(
        (line) =>
          line.startsWith(closed) &&
          line.includes('"completed"') &&
          line.endsWith(' 1'),
      ).length === routes,
  );
  instrumentation.disable();
  return lines;
}

test('an instance with 3 routes and 4 event types has at most 480 series', async () => {
  const lines = await scrapeInstance(3);
  expect(new Set(lines.map((line) => line.replace(/ \S+$/, ''))).size).toBe(
    lines.length,
  );
  expect(lines.length, `${lines.length} series`).toBeLessThanOrEqual(480);
  // All of them: a budget is kept easily by leaving metrics out.
  expect(lines.length, `${lines.length} series`).toBeGreaterThan(440);
});

test('an instance with 20 routes has at most 3,700 series', async () => {
  const lines = await scrapeInstance(20);
  expect(lines.length, `${lines.length} series`).toBeLessThanOrEqual(3700);
  expect(lines.length, `${lines.length} series`).toBeGreaterThan(2800);
});

test('a scrape with the views names every metric as the collector does', async () => {
  const definitions: MetricDefinition[] = [
    ...Object.values(SERVER_METRICS),
    ...Object.values(GUARD_METRICS),
    ...Object.values(PROCESS_METRICS),
  ];
  const expected = definitions.flatMap((definition) => {
    const name = prometheusName(definition);
    return definition.kind === 'histogram'
      ? [`${name}_bucket`, `${name}_count`, `${name}_sum`]
      : [name];
  });
  const printed = new Set((await scrapeInstance(1)).map(nameOfSeries));
  printed.delete('target_info');
  expect([...printed].toSorted()).toEqual(expected.toSorted());
});

test('the views rename what has a unit, keep buckets, and touch nobody else', async () => {
  await using endpoint = await startPrometheus(sseViews());
  const foreign = endpoint.provider.getMeter('somebody-else');
  const { connectionDuration } = SERVER_METRICS;
  foreign.createHistogram(connectionDuration.name, { unit: 's' }).record(1);
  expect((await endpoint.scrape()).map(nameOfSeries)).toContain(
    'sse_server_connection_duration_bucket',
  );
  for (const { meterName, instrumentName, name } of sseViews()) {
    if (name === undefined) continue;
    expect(meterName).toBe('opentelemetry-instrumentation-sse');
    expect([`${instrumentName}.seconds`, `${instrumentName}.bytes`]).toContain(
      name,
    );
  }
  const lines = await scrapeInstance(1);
  const edges = lines
    .filter((line) =>
      line.startsWith(`${prometheusName(connectionDuration)}_bucket`),
    )
    .map((line) => /le="([^"]+)"/.exec(line)?.[1]);
  expect(edges).toEqual([...connectionDuration.boundaries.map(String), '+Inf']);
});
