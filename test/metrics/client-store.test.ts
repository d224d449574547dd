import type { Attributes, MetricOptions } from '@opentelemetry/api';
import { expect, test } from 'vitest';
import { attachDescribed } from '../../src/metrics/client-meter.ts';
import { createClientStore } from '../../src/metrics/client-store.ts';
import {
  CLIENT_HISTOGRAMS,
  CLIENT_METRICS,
  type MetricDefinition,
  OTHER,
} from '../../src/semconv.ts';
import { createMetrics } from '../support/metric-reader.ts';

const nothing = (): void => {};

test('the same address, template and kind have one series', () => {
  const store = createClientStore(undefined, nothing);
  const series = store.seriesOf('a', '/x', 'fetch');
  expect(store.seriesOf('a', '/x', 'fetch')).toBe(series);
  expect(store.seriesOf('a', '/x', 'eventsource')).not.toBe(series);
});

for (const listed of [0, 1, 20, 60, 100]) {
  test(`no instrument has more than 1,500 attribute sets, of ${listed} listed types`, async () => {
    const types = Array.from({ length: listed }, (_, i) => `listed${i}`);
    const metrics = createMetrics();
    const store = createClientStore(listed > 0 ? types : undefined, nothing);
    store.attach(metrics.provider.getMeter('test'));
    for (let i = 0; i < 300; i++) {
      for (const kind of ['fetch', 'eventsource'] as const) {
        const series = store.seriesOf(`host${i % 7}`, `/x${i}`, kind);
        for (const type of types) series.addEvent(type);
        for (let type = 0; type < 30; type++) series.addEvent(`type${type}`);
      }
    }
    const templates = new Set<Attributes[string]>();
    for (const points of (await metrics.collect()).values()) {
      expect(points.length).toBeLessThanOrEqual(1500);
      for (const { attributes } of points) {
        templates.add(attributes['url.template']);
      }
    }
    expect(templates).toContain(OTHER);
    const counted = await metrics.sum('sse.client.received.events');
    expect(counted).toBe(300 * 2 * (30 + listed));
    await metrics.provider.shutdown();
  });
}

test("a page's instruments are those of the documentation, but for active connections", async () => {
  const created = new Map<string, unknown>();
  const note =
    (kind: string) =>
    (name: string, { unit, advice }: MetricOptions = {}): never => {
      created.set(name, [kind, unit, advice?.explicitBucketBoundaries]);
      return {} as never;
    };
  createClientStore(undefined, nothing).attach({
    createHistogram: note('histogram'),
    createObservableCounter: note('observableCounter'),
    addBatchObservableCallback: nothing,
    removeBatchObservableCallback: nothing,
  });
  const { activeConnections, ...documented } = CLIENT_METRICS;
  expect(activeConnections.name).toBe('sse.client.active_connections');
  const expected = Object.values<MetricDefinition>(documented).map(
    ({ name, kind, unit, boundaries }) => [name, [kind, unit, boundaries]],
  );
  expect(Object.fromEntries(created)).toEqual(Object.fromEntries(expected));
});

test('Node reports the descriptions, and what is active', async () => {
  const metrics = createMetrics();
  const store = createClientStore(undefined, nothing);
  attachDescribed(store, metrics.provider.getMeter('test'));
  const series = store.seriesOf('a', '/x', 'fetch');
  series.add('active_connections');
  for (const name of Object.keys(CLIENT_HISTOGRAMS)) {
    series.record(name as keyof typeof CLIENT_HISTOGRAMS, 1);
  }
  series.addEvent('message');
  const described = await metrics.describe();
  const expected = Object.values(CLIENT_METRICS).map(
    ({ name, description }) => [name, description],
  );
  expect(described).toEqual(Object.fromEntries(expected));
  await metrics.provider.shutdown();
});
