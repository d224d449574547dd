// A function of a host that freezes it between two requests: with a MeterProvider of
// its own it sends what there is whenever a stream has closed. Argument: where to.
import { subscribe } from 'node:diagnostics_channel';
import { metrics } from '@opentelemetry/api';
import { OTLPMetricExporter } from '@opentelemetry/exporter-metrics-otlp-proto';
import {
  MeterProvider,
  PeriodicExportingMetricReader,
} from '@opentelemetry/sdk-metrics';
import { serve } from './serve.mjs';

const [url] = process.argv.slice(2);
const exporter = new OTLPMetricExporter({ url: `${url}/v1/metrics` });
const reader = new PeriodicExportingMetricReader({ exporter });
const provider = new MeterProvider({ readers: [reader] });
metrics.setGlobalMeterProvider(provider);

subscribe('sse.server.close', async () => {
  await provider.forceFlush();
  console.log('flushed');
});
serve();
