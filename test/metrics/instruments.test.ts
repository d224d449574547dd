import {
  DataPointType,
  MeterProvider,
  type MetricData,
  MetricReader,
} from '@opentelemetry/sdk-metrics';
import { expect, test } from 'vitest';
import { observeProcess } from '../../src/metrics/process-metrics.ts';
import {
  createServerHistograms,
  observeServer,
} from '../../src/metrics/server-metrics.ts';
import { ServerRegistry } from '../../src/metrics/server-registry.ts';
import {
  GUARD_METRICS,
  type MetricDefinition,
  PROCESS_METRICS,
  REJECTION_REASONS,
  SERVER_METRICS,
} from '../../src/semconv.ts';
import { PACKAGE_NAME, PACKAGE_VERSION } from '../../src/version.ts';

class PullReader extends MetricReader {
  protected async onForceFlush(): Promise<void> {}
  protected async onShutdown(): Promise<void> {}
}

/** What a real SDK makes of every metric, with the given registry. */
async function collectAll(registry: ServerRegistry) {
  const reader = new PullReader();
  const provider = new MeterProvider({ readers: [reader] });
  const meter = provider.getMeter(PACKAGE_NAME, PACKAGE_VERSION);
  for (const series of registry.series) series.unfinished ??= 0;
  const histograms = createServerHistograms(meter);
  for (const histogram of Object.values(histograms)) {
    for (const { attributes } of registry.series) {
      histogram.record(1, attributes);
    }
  }
  observeServer(meter, {
    registry,
    readOpenConnections() {},
    readClients: () => ({ clients: 1, busiest: 1 }),
    readGuards: () => ({ limit: 100, reasons: REJECTION_REASONS }),
    now: () => performance.now(),
  });
  observeProcess(meter, () => ({
    uptime: 1,
    cpuUser: 2,
    cpuSystem: 3,
    memoryRss: 4,
    heapUsed: 5,
    heapTotal: 6,
    heapLimit: 7,
    external: 8,
    arrayBuffers: 9,
    fileDescriptorCount: 10,
    fileDescriptorLimit: 11,
    eventLoopActive: 12,
    eventLoopIdle: 13,
    eventLoopDelayP99: 14,
    eventLoopDelayMax: 15,
  }));
  const { resourceMetrics, errors } = await reader.collect();
  expect(errors).toEqual([]);
  const [scopeMetrics] = resourceMetrics.scopeMetrics;
  await provider.shutdown();
  const metrics: readonly MetricData[] = scopeMetrics?.metrics ?? [];
  return { metrics, scope: scopeMetrics?.scope };
}

function createRegistry(routes = 1): ServerRegistry {
  const registry = new ServerRegistry({ maxRoutes: 100, maxEventTypes: 20 });
  for (let route = 0; route < routes; route++) {
    const { series } = registry.placeOf(`/${route}`, 'GET', '1.1');
    registry.countEvents(series, 'message', 1);
  }
  return registry;
}

const DEFINITIONS: MetricDefinition[] = [
  ...Object.values(SERVER_METRICS),
  ...Object.values(GUARD_METRICS),
  ...Object.values(PROCESS_METRICS),
];

/** What the SDK says of an instrument of the kind. */
function shapeOf(metric: MetricData): string {
  if (metric.dataPointType === DataPointType.HISTOGRAM) return 'histogram';
  if (metric.dataPointType === DataPointType.GAUGE) return 'observableGauge';
  if (metric.dataPointType !== DataPointType.SUM) return 'unknown';
  return metric.isMonotonic ? 'observableCounter' : 'observableUpDownCounter';
}

test('every metric is there once, of its kind, with its unit and description', async () => {
  const { metrics } = await collectAll(createRegistry());
  const found = metrics.map((metric) => ({
    name: metric.descriptor.name,
    kind: shapeOf(metric),
    unit: metric.descriptor.unit,
    description: metric.descriptor.description,
  }));
  const byName = (a: { name: string }, b: { name: string }) =>
    a.name < b.name ? -1 : 1;
  expect(found.toSorted(byName)).toEqual(
    DEFINITIONS.map(({ name, kind, unit, description }) => ({
      name,
      kind,
      unit,
      description,
    })).toSorted(byName),
  );
});

test('every histogram has the boundaries of its definition', async () => {
  const { metrics } = await collectAll(createRegistry());
  for (const definition of DEFINITIONS) {
    if (definition.kind !== 'histogram') continue;
    const metric = metrics.find(
      ({ descriptor }) => descriptor.name === definition.name,
    );
    const [point] = metric?.dataPoints ?? [];
    expect(point?.value, definition.name).toMatchObject({
      buckets: { boundaries: definition.boundaries },
    });
  }
});

test('the figures of the process have their own place', async () => {
  const { metrics } = await collectAll(createRegistry());
  const figures = metrics
    .filter(({ descriptor }) => descriptor.name.startsWith('sse.process'))
    .flatMap(({ descriptor, dataPoints }) =>
      dataPoints.map(({ attributes, value }) =>
        [
          descriptor.name.slice('sse.process.'.length),
          ...Object.values(attributes),
          value,
        ].join(' '),
      ),
    );
  expect(figures).toEqual([
    'uptime 1',
    'cpu.time user 2',
    'cpu.time system 3',
    'memory.rss 4',
    'heap.used 5',
    'heap.total 6',
    'heap.limit 7',
    'external 8',
    'array_buffers 9',
    'file_descriptor.count 10',
    'file_descriptor.limit 11',
    'event_loop.time active 12',
    'event_loop.time idle 13',
    'event_loop.delay.p99 14',
    'event_loop.delay.max 15',
  ]);
});

test('the scope has the name and version of the package', async () => {
  const { scope } = await collectAll(createRegistry());
  expect(scope).toMatchObject({ name: PACKAGE_NAME, version: PACKAGE_VERSION });
});

test('nothing is read any more once reporting is stopped', async () => {
  const reader = new PullReader();
  const provider = new MeterProvider({ readers: [reader] });
  const meter = provider.getMeter(PACKAGE_NAME);
  let reads = 0;
  const undo = [
    observeServer(meter, {
      registry: createRegistry(),
      readOpenConnections: () => {
        reads++;
      },
      readClients: () => undefined,
      readGuards: () => undefined,
      now: () => 0,
    }),
    observeProcess(meter, () => ({ uptime: ++reads })),
  ];
  await reader.collect();
  expect(reads).toBe(2);
  for (const stop of undo) stop();
  await reader.collect();
  expect(reads).toBe(2);
});

test('the SDK never folds attribute sets of ours: we stay below its limit', async () => {
  const registry = createRegistry(200);
  for (const { attributes } of [...registry.series]) {
    const route = String(attributes['http.route']);
    for (const method of ['POST', 'PUT', 'PATCH', 'DELETE']) {
      const { series } = registry.placeOf(route, method, '1.0');
      for (let type = 0; type < 25; type++) {
        registry.countEvents(series, `type-${type}`, 1);
      }
    }
  }
  const { metrics } = await collectAll(registry);
  let largest = 0;
  for (const { descriptor, dataPoints } of metrics) {
    largest = Math.max(largest, dataPoints.length);
    expect(dataPoints.length, descriptor.name).toBeLessThanOrEqual(1500);
    for (const { attributes } of dataPoints) {
      expect(attributes).not.toHaveProperty(['otel.metric.overflow']);
    }
  }
  expect(largest).toBeGreaterThan(1000);
});
