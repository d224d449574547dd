// Without the flag: the application's NodeSDK has the instrumentation.
import {
  PrometheusExporter,
  PrometheusSerializer,
} from '@opentelemetry/exporter-prometheus';
import { NodeSDK } from '@opentelemetry/sdk-node';
import {
  SseInstrumentation,
  sseViews,
} from 'opentelemetry-instrumentation-sse';
import stream from './stream.cjs';

const reader = new PrometheusExporter({ preventServerStart: true });
const sdk = new NodeSDK({
  metricReaders: [reader],
  views: sseViews(),
  instrumentations: [new SseInstrumentation()],
});
sdk.start();
const close = await stream.openStream();
const { resourceMetrics } = await reader.collect();
const text = new PrometheusSerializer().serialize(resourceMetrics);
for (const line of stream.EXPECTED) {
  if (!line.test(text)) throw new Error(`no ${line} in:\n${text}`);
}
close();
await sdk.shutdown();
