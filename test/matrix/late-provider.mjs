// With the flag, and a provider that the application registers later.
import { metrics } from '@opentelemetry/api';
import {
  PrometheusExporter,
  PrometheusSerializer,
} from '@opentelemetry/exporter-prometheus';
import { MeterProvider } from '@opentelemetry/sdk-metrics';
import { sseViews } from 'opentelemetry-instrumentation-sse';
import stream from './stream.cjs';

const close = await stream.openStream();
const url = `http://localhost:${process.env.OTEL_EXPORTER_PROMETHEUS_PORT}/metrics`;
await stream.until('our own endpoint', async () => (await fetch(url)).ok);
const reader = new PrometheusExporter({ preventServerStart: true });
const provider = new MeterProvider({ readers: [reader], views: sseViews() });
metrics.setGlobalMeterProvider(provider);
const text = await stream.until('the hand-over', async () => {
  const { resourceMetrics } = await reader.collect();
  const scraped = new PrometheusSerializer().serialize(resourceMetrics);
  return scraped.includes('sse_server_active_connections{') && scraped;
});
// Histograms begin anew with a provider.
for (const line of stream.EXPECTED.filter(
  ({ source }) => !source.includes('bucket'),
)) {
  if (!line.test(text)) throw new Error(`no ${line} in:\n${text}`);
}
await stream.until('the port to be given up', () =>
  fetch(url).then(
    () => false,
    () => true,
  ),
);
close();
await provider.shutdown();
