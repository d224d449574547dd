import { createNoopMeter, type Meter, metrics } from '@opentelemetry/api';
import { registerInstrumentations } from '@opentelemetry/instrumentation';
import { afterEach, expect, test } from 'vitest';
import { SseInstrumentation } from '../../src/instrumentation.ts';
import { MeterBinding } from '../../src/metrics/meter-binding.ts';
import { collectDiagnostics } from '../support/diagnostics.ts';
import { measure } from '../support/measured.ts';
import { createMetrics } from '../support/metric-reader.ts';
import { until } from '../support/poll.ts';
import { startServer } from '../support/sse-server.ts';

afterEach(() => metrics.disable());

/** A part of us that remembers on which meters it was. */
function createUser() {
  const meters: Meter[] = [];
  let left = 0;
  return {
    meters,
    hasLeft: () => left,
    use(meter: Meter) {
      meters.push(meter);
      return () => {
        left++;
      };
    },
  };
}

/** A part of us that is read in each collection of its provider. */
function createReader() {
  const reader = {
    reads: 0,
    use(meter: Meter) {
      const counter = meter.createObservableCounter('reads');
      const observe = (result: { observe(value: number): void }) =>
        result.observe(++reader.reads);
      counter.addCallback(observe);
      return () => counter.removeCallback(observe);
    },
  };
  return reader;
}

const NOBODY = createNoopMeter();

test('without a provider the meter does nothing', () => {
  const binding = new MeterBinding();
  const user = createUser();
  const leave = binding.use(user.use);
  binding.refresh();
  expect(user.meters).toEqual([NOBODY]);
  expect(binding.hasForeign()).toBe(false);
  leave();
  expect(user.hasLeft()).toBe(1);
});

test('a provider given before its users has them', async () => {
  const given = createMetrics();
  const binding = new MeterBinding();
  binding.setMeterProvider(given.provider);
  binding.use(createReader().use);
  expect(binding.hasForeign()).toBe(true);
  expect(await given.sum('reads')).toBe(1);
});

test('a provider given after its users has them, and the last one no more', async () => {
  const first = createMetrics();
  const second = createMetrics();
  const binding = new MeterBinding();
  const reader = createReader();
  const leave = binding.use(reader.use);
  binding.setMeterProvider(first.provider);
  expect(await first.sum('reads')).toBe(1);
  binding.setMeterProvider(second.provider);
  await first.collect();
  expect(reader.reads).toBe(1);
  expect(await second.sum('reads')).toBe(2);
  leave();
  await first.collect();
  await second.collect();
  expect(reader.reads).toBe(2);
});

test('the same provider given again moves nobody', () => {
  const { provider } = createMetrics();
  const binding = new MeterBinding();
  const user = createUser();
  binding.use(user.use);
  for (let times = 0; times < 3; times++) binding.setMeterProvider(provider);
  binding.refresh();
  expect(user.meters).toHaveLength(2);
  expect(user.hasLeft()).toBe(1);
});

test('a provider registered globally has everything from the next look', async () => {
  const global = createMetrics();
  const binding = new MeterBinding();
  binding.use(createReader().use);
  metrics.setGlobalMeterProvider(global.provider);
  expect(binding.hasForeign()).toBe(true);
  binding.refresh();
  expect(await global.sum('reads')).toBe(1);
});

test('a provider given goes before the global one', async () => {
  const global = createMetrics();
  const given = createMetrics();
  metrics.setGlobalMeterProvider(global.provider);
  const binding = new MeterBinding();
  const reader = createReader();
  binding.use(reader.use);
  binding.setMeterProvider(given.provider);
  await global.collect();
  expect(reader.reads).toBe(0);
  expect(await given.sum('reads')).toBe(1);
});

test('the fallback reports until the application has a provider, and is told once', async () => {
  const fallback = createMetrics();
  const global = createMetrics();
  const given = createMetrics();
  const binding = new MeterBinding();
  const reader = createReader();
  let told = 0;
  binding.use(reader.use);
  binding.setFallback(fallback.provider, () => {
    told++;
  });
  binding.refresh();
  expect(await fallback.sum('reads')).toBe(1);
  expect([told, binding.hasForeign()]).toEqual([0, false]);
  metrics.setGlobalMeterProvider(global.provider);
  binding.refresh();
  binding.refresh();
  binding.setMeterProvider(given.provider);
  expect(told).toBe(1);
  await fallback.collect();
  expect(reader.reads).toBe(1);
  expect(await given.sum('reads')).toBe(2);
});

test('a fallback that comes too late is told at once', () => {
  const binding = new MeterBinding();
  metrics.setGlobalMeterProvider(createMetrics().provider);
  binding.refresh();
  let told = 0;
  binding.setFallback(createMetrics().provider, () => {
    told++;
  });
  binding.refresh();
  expect(told).toBe(1);
});

test('a fallback handed over is not used again when the application takes its own away', () => {
  const binding = new MeterBinding();
  const user = createUser();
  binding.use(user.use);
  binding.setFallback(createMetrics().provider, () => {});
  metrics.setGlobalMeterProvider(createMetrics().provider);
  binding.refresh();
  metrics.disable();
  binding.refresh();
  expect(user.meters).toHaveLength(4);
  expect(user.meters.at(-1)).toBe(NOBODY);
});

test('a handover that throws costs one line', () => {
  using diagnostics = collectDiagnostics();
  const binding = new MeterBinding();
  binding.setFallback(createMetrics().provider, () => {
    throw new Error('port stuck');
  });
  metrics.setGlobalMeterProvider(createMetrics().provider);
  binding.refresh();
  binding.refresh();
  expect(diagnostics.lines).toEqual([
    'opentelemetry-instrumentation-sse: the handover failed Error: port stuck',
  ]);
});

test('a provider that throws costs a line a part and stops nobody', async () => {
  using diagnostics = collectDiagnostics();
  const binding = new MeterBinding();
  const readers = [createReader(), createReader()];
  for (const { use } of readers) binding.use(use);
  binding.setMeterProvider({
    getMeter() {
      throw new Error('broken');
    },
  });
  expect(diagnostics.lines).toEqual(
    Array(2).fill(
      'opentelemetry-instrumentation-sse: no metrics on this MeterProvider Error: broken',
    ),
  );
  const good = createMetrics();
  binding.setMeterProvider(good.provider);
  await good.collect();
  expect(readers.map(({ reads }) => reads)).toEqual([1, 1]);
});

test('a meter that fails to let go costs one line', async () => {
  using diagnostics = collectDiagnostics();
  const binding = new MeterBinding();
  const leave = binding.use(() => () => {
    throw new Error('stuck');
  });
  const { provider } = createMetrics();
  binding.setMeterProvider(provider);
  leave();
  expect(diagnostics.lines).toEqual(
    Array(2).fill(
      'opentelemetry-instrumentation-sse: the last MeterProvider failed Error: stuck',
    ),
  );
});

test('streams opened before their provider are in its first collection', async () => {
  using measured = measure();
  await using server = await startServer((_request, response) => {
    response.writeHead(200, { 'Content-Type': 'text/event-stream' });
    response.write('data: 1\n\n');
  });
  const client = await server.request();
  await client.waitFor('data: 1');
  const later = createMetrics();
  measured.instrumentation.setMeterProvider(later.provider);
  expect(await later.sum('sse.server.active_connections')).toBe(1);
  expect(await later.sum('sse.server.opened_connections')).toBe(1);
  expect(await later.sum('sse.server.sent.events')).toBe(1);
  client.socket.destroy();
  await until(
    'a closed connection',
    () => later.sum('sse.server.closed_connections'),
    (closed) => closed === 1,
  );
  expect(await later.count('sse.server.connection.duration')).toBe(1);
  expect(await later.sum('sse.server.active_connections')).toBe(0);
});

test('a provider registered globally while streams are open has them within a second or two', async () => {
  const instrumentation = new SseInstrumentation();
  await using server = await startServer((_request, response) => {
    response.writeHead(200, { 'Content-Type': 'text/event-stream' });
    response.write('data: 1\n\n');
  });
  const client = await server.request();
  await client.waitFor('data: 1');
  const global = createMetrics();
  metrics.setGlobalMeterProvider(global.provider);
  await until(
    'an active connection',
    () => global.sum('sse.server.active_connections'),
    (active) => active === 1,
    3000,
  );
  expect(await global.sum('sse.server.sent.events')).toBe(1);
  instrumentation.disable();
});

test('an instrumentation that is registered before the provider reports to it', async () => {
  const given = createMetrics();
  const instrumentation = new SseInstrumentation({ enabled: false });
  // It gives each the API's own provider, which does nothing.
  const unregister = registerInstrumentations({
    instrumentations: [instrumentation],
  });
  metrics.setGlobalMeterProvider(given.provider);
  await using server = await startServer((_request, response) => {
    response.writeHead(200, { 'Content-Type': 'text/event-stream' });
    response.end('data: 1\n\n');
  });
  await (await fetch(server.url)).text();
  await until(
    'it is counted',
    () => given.sum('sse.server.closed_connections'),
    (closed) => closed === 1,
  );
  unregister();
});
