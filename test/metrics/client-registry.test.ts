import { expect, test } from 'vitest';
import { ClientRegistry } from '../../src/metrics/client-registry.ts';
import { OTHER } from '../../src/semconv.ts';

test('the same address, template and kind have one series', () => {
  const registry = new ClientRegistry(undefined);
  const series = registry.seriesOf('a', '/x', 'fetch');
  expect(registry.seriesOf('a', '/x', 'fetch')).toBe(series);
  expect(registry.seriesOf('a', '/x', 'eventsource')).not.toBe(series);
  expect(registry.series).toHaveLength(2);
});

test('no instrument has more than 1,500 attribute sets', () => {
  const registry = new ClientRegistry(undefined);
  for (let i = 0; i < 300; i++) {
    for (const kind of ['fetch', 'eventsource'] as const) {
      const series = registry.seriesOf(`host${i % 7}`, `/x${i}`, kind);
      for (let type = 0; type < 30; type++) {
        registry.countEvent(series, `type${type}`);
      }
    }
  }
  const sum = (of: (series: (typeof registry.series)[0]) => number) =>
    registry.series.reduce((total, series) => total + of(series), 0);
  expect(sum(({ errors }) => errors.all.length)).toBeLessThanOrEqual(1500);
  expect(sum(({ events }) => events.all.length)).toBeLessThanOrEqual(1500);
  const counted = sum(({ events }) =>
    events.all.reduce((total, { value }) => total + value, 0),
  );
  expect(counted).toBe(300 * 2 * 30);
  const templates = new Set(
    registry.series.map(({ attributes }) => attributes['url.template']),
  );
  expect(templates).toContain(OTHER);
});
