import { OTLPMetricExporter } from '@opentelemetry/exporter-metrics-otlp-proto';
import { PeriodicExportingMetricReader } from '@opentelemetry/sdk-metrics';
import { expect, test } from 'vitest';
import { SSE_GUARD_PRESETS } from '../../src/guard.ts';
import { countSeries } from '../../src/metrics/count-series.ts';
import { until } from '../support/poll.ts';
import { metricOf } from '../support/prometheus.ts';
import { startShapedInstance } from '../support/shaped-instance.ts';
import {
  type PrometheusServer,
  startPrometheusServer,
} from './support/prometheus-server.ts';

const SHAPE = {
  routes: 3,
  versions: 2,
  errorTypes: 1,
  hasFinalEvents: true,
  hasClientAddresses: true,
} as const;
const FORMULA = Object.fromEntries(
  countSeries({
    ...SHAPE,
    rejectionReasons: ['connections', 'heap', 'event_loop', 'file_descriptors'],
  }).map(({ metric, series }) => [metric, series]),
);
/** What Prometheus itself makes for each target. */
const OF_A_SCRAPE = {
  scrape_duration_seconds: 1,
  scrape_samples_post_metric_relabeling: 1,
  scrape_samples_scraped: 1,
  scrape_series_added: 1,
  up: 1,
};

/** Series by metric, of all that there is. */
async function readSeries(
  prometheus: PrometheusServer,
): Promise<Record<string, number>> {
  const counts: Record<string, number> = {};
  const samples = await prometheus.query(
    'count by (__name__) ({__name__=~".+"})',
  );
  for (const { labels, value } of samples) {
    const metric = metricOf(labels['__name__'] ?? '');
    counts[metric] = (counts[metric] ?? 0) + value;
  }
  return counts;
}

test('Prometheus has by OTLP the series that the formula says', async () => {
  await using prometheus = await startPrometheusServer();
  const exporter = new OTLPMetricExporter({
    url: `${prometheus.url}/api/v1/otlp/v1/metrics`,
  });
  const reader = new PeriodicExportingMetricReader({ exporter });
  await using instance = await startShapedInstance(
    SHAPE,
    SSE_GUARD_PRESETS.production,
    [reader],
  );
  await instance.provider.forceFlush();
  const read = () => readSeries(prometheus);
  const found = await until('series', read, (all) => 'target_info' in all);
  expect(found).toEqual(FORMULA);
});

test('Prometheus has by scrape the same, and five of its own', async () => {
  await using instance = await startShapedInstance(
    SHAPE,
    SSE_GUARD_PRESETS.production,
  );
  await using prometheus = await startPrometheusServer({
    scrape: { shop: instance.port },
  });
  const read = () => readSeries(prometheus);
  const found = await until('series', read, (all) => 'target_info' in all);
  expect(found).toEqual({ ...FORMULA, ...OF_A_SCRAPE });
});
