import { expect, test } from 'vitest';
import { describeSeverity, readAlerts } from '../../scripts/rules/alerts.ts';
import * as semconv from '../../src/semconv.ts';
import { listKnownNames } from '../stack/support/metric-names.ts';

const ALERTS = readAlerts();
const LABELLED = ALERTS.map(
  (alert) =>
    [`${alert.name} ${describeSeverity(alert.labels)}`, alert] as const,
);
/** Metrics, recorded series and attributes as they are spelt in PromQL. */
const WORD =
  /\b(?:sse|otelcol|http)_[a-z0-9_]+|\b[a-z_]+:[a-z0-9_]+:[a-z0-9_]+/g;

test('alerts of one name are told apart by severity and window', () => {
  expect(new Set(LABELLED.map(([label]) => label)).size).toBe(ALERTS.length);
  expect(ALERTS.length).toBeGreaterThan(60);
});

test.each(LABELLED)('%s says how bad, what, why and what to do', (_, alert) => {
  const { labels, annotations } = alert;
  expect(alert.name).toMatch(/^Sse[A-Z][A-Za-z]+$/);
  expect(labels['severity']).toMatch(/^(critical|warning|info)$/);
  expect(Object.keys(annotations).sort()).toEqual([
    'dashboard_url',
    'description',
    'runbook_url',
    'summary',
  ]);
  // Static: what groups and subjects of notifications are made of.
  expect(annotations['summary']).toMatch(/^[^{}]+\.$/);
  expect(annotations['description']).toContain('{{');
  expect(annotations['description']).toContain('$labels.');
  expect(annotations['description']).toMatch(/\d/);
});

test('every alert but those of absence tells its value', () => {
  const without = ALERTS.filter(
    ({ annotations }) => !annotations['description']?.includes('$value'),
  );
  expect(without.map(({ name }) => name)).toEqual(['SseTelemetryAbsent']);
});

test.each(LABELLED)(
  '%s asks for metrics and attributes that exist',
  (_, alert) => {
    const attributes = Object.entries(semconv)
      .filter(([key]) => key.startsWith('ATTR_'))
      .map(([, name]) => String(name).replaceAll('.', '_'));
    const known = new Set([
      ...listKnownNames(),
      ...attributes,
      // The label that the guard's metrics have; and values of labels.
      'sse_rejection_reason',
      'http_status',
    ]);
    const text = alert.expr.replaceAll('sse_.+', '');
    const words = text.match(WORD) ?? [];
    expect(words.filter((word) => !known.has(word))).toEqual([]);
  },
);

test('boundaries of buckets match both spellings, and scopes are nobody’s filter', () => {
  for (const { name, expr } of ALERTS) {
    for (const [, operator, edge] of expr.matchAll(/\ble(=~?)"([^"]*)"/g)) {
      expect(operator, name).toBe('=~');
      expect(edge, name).toMatch(/\(\\\\\.0\)\?$/);
    }
    expect(expr, name).not.toContain('otel_scope');
  }
});
