import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { parse, parseAllDocuments } from 'yaml';
import { fillRules, listNames } from '../../scripts/rules/fill.ts';
import { renderAlerts } from '../../scripts/rules/rendered.ts';
import { formatValue, readValues } from '../../scripts/rules/values.ts';
import { pathOf } from '../stack/support/files.ts';

const SOURCES = readdirSync(pathOf('prometheus/alerts')).map((file) =>
  readFileSync(pathOf(`prometheus/alerts/${file}`), 'utf8'),
);
const KUBERNETES = 'deploy/kubernetes/prometheus-rule.yaml';

test('the committed rules are what alerts and values say', () => {
  for (const [path, text] of renderAlerts('default'))
    expect(readFileSync(pathOf(path), 'utf8'), path).toBe(text);
});

test('every value is used, and every alert takes its thresholds from there', () => {
  const values = [...readValues('default').keys()];
  const used = new Set(SOURCES.flatMap(listNames));
  expect(values.filter((name) => !used.has(name))).toEqual([
    'dashboard_base_url',
    'runbook_base_url',
  ]);
});

test('the production profile changes the three figures that it names', () => {
  const text = readFileSync(
    pathOf('prometheus/values/production.yaml'),
    'utf8',
  );
  expect(Object.keys(parse(text) as object)).toEqual([
    'connection_limit_default',
    'heap_large',
    'event_rate_minimum',
  ]);
  const rules = renderAlerts('production');
  const find = (file: string) => rules.get(`prometheus/rules/alerts-${file}`);
  expect(find('memory.yaml')).toContain('min5m > 536870912');
  expect(find('memory.yaml')).toContain('(alert above 512 MB)');
  expect(find('saturation.yaml')).toContain('sum * 0 + 5000');
  expect(find('delivery.yaml')).toContain('} < 0.5\n');
  expect(find('connections.yaml')).toBe(
    renderAlerts('default')
      .get('prometheus/rules/alerts-connections.yaml')
      ?.replace('values/default.yaml', 'values/production.yaml'),
  );
});

test('the resources of the operator hold the same rules', () => {
  const rendered = renderAlerts('default');
  const resources = parseAllDocuments(rendered.get(KUBERNETES) ?? '').map(
    (document) =>
      document.toJS() as { kind: string; spec: { groups: unknown[] } },
  );
  const groups = [...rendered.entries()]
    .filter(([path]) => path !== KUBERNETES)
    .flatMap(([, text]) => (parse(text) as { groups: unknown[] }).groups);
  expect(resources.map(({ kind }) => kind)).toEqual([
    'PrometheusRule',
    'PrometheusRule',
  ]);
  expect(resources[1]?.spec.groups).toEqual(groups);
});

test('a value is written as PromQL and as people read it', () => {
  expect(formatValue(0.05, 'percent')).toBe('5 %');
  expect(formatValue('512MB')).toBe('536870912');
  expect(formatValue('512MB', 'text')).toBe('512 MB');
  expect(formatValue('0.1MB')).toBe('104858');
  expect(formatValue('5m')).toBe('5m');
  expect(formatValue('5m', 'seconds')).toBe('300');
  expect(formatValue(Number.POSITIVE_INFINITY, 'text')).toBe('+Inf');
  expect(() => formatValue(5, 'seconds')).toThrow('5 is no span of time');
});

test('the reason of a value stands beside each alert that uses it', () => {
  const values = new Map([['many', { value: 3, reason: 'two are few.' }]]);
  const source = '      - alert: SseMany\n        expr: x > \u0024{many}\n';
  expect(fillRules(source, values)).toBe(
    '      - alert: SseMany\n        # 3: two are few.\n        expr: x > 3\n',
  );
});

test('a name without a value is an error, and so is a profile that is not there', () => {
  expect(() => fillRules('expr: x > \u0024{many}', new Map())).toThrow(
    'no value many',
  );
  expect(() => readValues('unknown')).toThrow('unknown.yaml');
});
