import { expect, test } from 'vitest';
import { MAX_ATTRIBUTE_SETS } from '../../src/metrics/limits.ts';
import {
  type ServerPlace,
  ServerRegistry,
  type ServerRegistryOptions,
} from '../../src/metrics/server-registry.ts';
import type { Count } from '../../src/metrics/server-series.ts';
import { KNOWN_METHODS, PROTOCOL_ERROR_TYPES } from '../../src/semconv.ts';

const METHODS = [...KNOWN_METHODS];

function createRegistry(options: Partial<ServerRegistryOptions> = {}) {
  return new ServerRegistry({ maxRoutes: 100, maxEventTypes: 20, ...options });
}

function total(counts: Iterable<Count>): number {
  let sum = 0;
  for (const { value } of counts) sum += value;
  return sum;
}

const allOf = (
  registry: ServerRegistry,
  read: (place: ServerRegistry['series'][number]) => readonly Count[],
) => registry.series.flatMap(read);

test('a place is made once for a route, method and version', () => {
  const registry = createRegistry();
  const first = registry.placeOf('/a', 'GET', '1.1');
  expect(registry.placeOf('/a', 'GET', '1.1')).toBe(first);
  const older = registry.placeOf('/a', 'GET', '1.0');
  expect(older.series).toBe(first.series);
  expect(older.lifecycle).not.toBe(first.lifecycle);
  expect(registry.placeOf('/a', 'POST', '1.1').series).not.toBe(first.series);
  expect(registry.series).toHaveLength(2);
  expect(registry.lifecycles).toHaveLength(3);
});

test('routes beyond maxRoutes are _OTHER, known ones stay', () => {
  const registry = createRegistry({ maxRoutes: 2 });
  const routes = ['/a', '/b', '/c', '/a', '/d', '/_OTHER'].map(
    (route) =>
      registry.placeOf(route, 'GET', '1.1').series.attributes['http.route'],
  );
  expect(routes).toEqual(['/a', '/b', '_OTHER', '/a', '_OTHER', '_OTHER']);
  expect(registry.series).toHaveLength(3);
});

test('methods that are not known are _OTHER', () => {
  const registry = createRegistry();
  const methodOf = (method: string) =>
    registry.placeOf('/', method, '1.1').series.attributes[
      'http.request.method'
    ];
  expect(METHODS.map(methodOf)).toEqual(METHODS);
  for (const method of ['get', 'PURGE', 'M-SEARCH', '', 'x'.repeat(1000)]) {
    expect(methodOf(method)).toBe('_OTHER');
  }
});

test('a route longer than the limit is cut', () => {
  const registry = createRegistry();
  const { series } = registry.placeOf(`/${'x'.repeat(999)}`, 'GET', '1.1');
  expect(series.attributes['http.route']).toBe(`/${'x'.repeat(198)}…`);
});

test('no instrument has more than 1,500 attribute sets, and nothing is lost', () => {
  const registry = createRegistry();
  const places: ServerPlace[] = [];
  let events = 0;
  let errors = 0;
  let failures = 0;
  for (const version of ['1.1', '1.0', '2']) {
    for (const method of [...METHODS, 'PURGE']) {
      for (let route = 0; route < 120; route++) {
        const place = registry.placeOf(`/r${route}`, method, version);
        places.push(place);
        place.lifecycle.active++;
        for (const opened of place.lifecycle.opened) opened.value++;
        place.lifecycle.closed.of('completed').value++;
        for (let type = 0; type < 25; type++) {
          registry.countEvents(place.series, `type-${type}`, 2);
          registry.countError(place.lifecycle, `ERROR_${type}`);
          events += 2;
          errors++;
        }
        for (const type of PROTOCOL_ERROR_TYPES) {
          place.series.protocolErrors.of(type).value++;
        }
        for (let status = 400; status < 430; status++) {
          registry.countFailure(`/r${route}`, method, String(status));
          failures++;
        }
      }
    }
  }
  const closed = registry.lifecycles.flatMap((lifecycle) => [
    ...lifecycle.closed.all,
    ...lifecycle.errors.all,
  ]);
  const failed = registry.failed.flatMap(({ all }) => all);
  const opened = registry.lifecycles.flatMap((lifecycle) => lifecycle.opened);
  const sets = {
    active: registry.lifecycles,
    opened,
    closed,
    failed,
    single: registry.series,
    events: allOf(registry, (series) => series.events.all),
    protocolErrors: allOf(registry, (series) => series.protocolErrors.all),
    eventless: allOf(registry, (series) => series.eventless.all),
    dropped: allOf(registry, (series) => series.dropped.all),
    resumes: allOf(registry, (series) => series.resumes.all),
  };
  for (const [name, list] of Object.entries(sets)) {
    expect(list.length, name).toBeLessThanOrEqual(MAX_ATTRIBUTE_SETS);
    const distinct = new Set(
      list.map(({ attributes }) => JSON.stringify(attributes)),
    );
    expect(distinct.size, name).toBe(list.length);
  }
  expect(MAX_ATTRIBUTE_SETS).toBe(1500);
  expect(total(sets.events)).toBe(events);
  expect(total(closed)).toBe(errors + places.length);
  expect(total(failed)).toBe(failures);
  expect(total(opened)).toBe(2 * places.length);
  expect(total(sets.protocolErrors)).toBe(
    PROTOCOL_ERROR_TYPES.length * places.length,
  );
  const active = registry.lifecycles.map((lifecycle) => lifecycle.active);
  expect(active.reduce((sum, value) => sum + value)).toBe(places.length);
});

test('what is beyond the budget is added up in _OTHER of the same route', () => {
  const registry = createRegistry({ maxRoutes: 1000, maxEventTypes: 5000 });
  const { series } = registry.placeOf('/first', 'GET', '1.1');
  for (let type = 0; type < 2000; type++) {
    registry.countEvents(series, `type-${type}`, 1);
  }
  const late = registry.placeOf('/late', 'GET', '1.1').series;
  registry.countEvents(late, 'new', 5);
  registry.countEvents(late, 'type-1', 6);
  expect(late.events.all).toEqual([
    {
      attributes: {
        'http.route': '/late',
        'http.request.method': 'GET',
        'sse.event.type': '_OTHER',
      },
      value: 11,
    },
  ]);
  expect(total(series.events.all)).toBe(2000);
});

test('a scan of made-up paths leaves most routes to real streams', () => {
  const registry = createRegistry({ maxRoutes: 100 });
  for (let path = 0; path < 5000; path++) {
    registry.countFailure(`/scan${path}`, 'GET', '404');
  }
  const routes = new Set(
    registry.failed.flatMap(({ all }) =>
      all.map(({ attributes }) => attributes['http.route']),
    ),
  );
  expect(routes.size).toBeLessThanOrEqual(21);
  expect(routes).toContain('_OTHER');
  const kept = Array.from({ length: 80 }, (_, index) => `/real${index}`).filter(
    (route) =>
      registry.placeOf(route, 'GET', '1.1').series.attributes['http.route'] ===
      route,
  );
  expect(kept).toHaveLength(80);
  registry.countFailure('/real79', 'GET', '503');
  const real = registry.failed
    .flatMap(({ all }) => all)
    .filter(({ attributes }) => attributes['http.route'] === '/real79');
  expect(total(real)).toBe(1);
});

test('at most 20 error types are kept, in the whole process', () => {
  const registry = createRegistry();
  const first = registry.placeOf('/a', 'GET', '1.1').lifecycle;
  const second = registry.placeOf('/b', 'GET', '1.1').lifecycle;
  for (let code = 0; code < 30; code++) {
    registry.countError(code % 2 === 0 ? first : second, `ERROR_${code}`);
  }
  expect(registry.countError(first, 'ERROR_19')).toBe('ERROR_19');
  expect(registry.countError(first, 'ERROR_20')).toBe('_OTHER');
  const all = [...first.errors.all, ...second.errors.all];
  const types = new Set(all.map(({ attributes }) => attributes['error.type']));
  expect(types.size).toBe(21);
  expect(total(all)).toBe(32);
});

test('the same type again and again is counted with it', () => {
  const registry = createRegistry({ maxEventTypes: 2 });
  const { series } = registry.placeOf('/', 'GET', '1.1');
  const types = ['a', 'a', 'b', 'c', 'c', 'a', 'd', 'b', 'a', 'c'];
  for (const type of types) registry.countEvents(series, type, 1);
  expect(
    series.events.all.map(({ attributes, value }) => [
      attributes['sse.event.type'],
      value,
    ]),
  ).toEqual([
    ['a', 4],
    ['b', 2],
    ['_OTHER', 4],
  ]);
});
