import { globSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import * as semconv from '../../src/semconv.ts';
import { pathOf } from './support/files.ts';
import {
  isKnown,
  listBareSeries,
  listClientMetrics,
  listKnownNames,
  listMetrics,
  readRules,
} from './support/metric-names.ts';
import { findMetricNames } from './support/prometheus-api.ts';
import { startPrometheusServer } from './support/prometheus-server.ts';

const KNOWN = listKnownNames();
const METRICS = [...listMetrics(), ...listClientMetrics()];
const KNOWN_BARE = new Set([...KNOWN, ...METRICS.flatMap(listBareSeries)]);

test('every metric that a rule asks for exists', async () => {
  await using prometheus = await startPrometheusServer();
  const unknown: string[] = [];
  for (const { file, name, expr } of readRules()) {
    const names = await findMetricNames(prometheus.url, expr);
    expect(names, `${file}: ${name}`).not.toEqual([]);
    const known = file === 'compat.yaml' ? KNOWN_BARE : KNOWN;
    const others = names.filter((one) => !isKnown(one, known));
    unknown.push(...others.map((one) => `${file}: ${name}: ${one}`));
  }
  expect(unknown).toEqual([]);
});

/** Names that documents use beside those of metrics. */
const IN_DOCUMENTS = new Set([
  ...KNOWN_BARE,
  ...METRICS.flatMap((metric) => [
    metric.name,
    semconv.nameWithUnit(metric),
    semconv.prometheusName(metric),
  ]),
  ...listAttributes().flatMap((name) => [name, name.replaceAll('.', '_')]),
  ...semconv.SPAN_EVENTS.map(({ name }) => name),
  // A diagnostics channel.
  'sse.server.close',
  // What otel-collector/http-latency-apart.yaml makes.
  'sse.http.request.duration',
]);
const DOCUMENTS = globSync('{*,*/**/*}.md', {
  cwd: pathOf('.'),
  exclude: (name) => ['node_modules', '.git', 'dist'].includes(name),
});
/** `sse_server_…`, `sse.server.…`, `job:…:…`; not what a star or an ellipsis ends. */
const WORDS =
  /\b(?:sse|otelcol|prometheus_tsdb|alertmanager_config)(?:_[a-z0-9]+)+(?![\w*…])|\bsse(?!\.(?:yaml|tmpl|conf)\b)(?:\.[a-z0-9_]+)+(?![\w*…]|\.[*…])|\b[a-z_]+:[a-z0-9_]+:[a-z0-9_]+\b/g;

function listAttributes(): string[] {
  return Object.entries(semconv)
    .filter(([key]) => key.startsWith('ATTR_'))
    .map(([, value]) => String(value));
}

test('every metric that a document names exists', () => {
  expect(DOCUMENTS.length).toBeGreaterThan(10);
  const unknown = DOCUMENTS.flatMap((file) => {
    const words = readFileSync(pathOf(file), 'utf8').match(WORDS) ?? [];
    const others = words.filter((word) => !IN_DOCUMENTS.has(word));
    return others.map((word) => `${file}: ${word}`);
  });
  expect(unknown).toEqual([]);
});
