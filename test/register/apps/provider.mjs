// An application with a MeterProvider of its own. Arguments: when it registers
// it (`before` it serves, or milliseconds after the first request), the port of
// its exporter.
import { metrics } from '@opentelemetry/api';
import { PrometheusExporter } from '@opentelemetry/exporter-prometheus';
import { MeterProvider } from '@opentelemetry/sdk-metrics';
import { serve } from './serve.mjs';

const [when, port] = process.argv.slice(2);

function register() {
  const reader = new PrometheusExporter({ port: Number(port) }, (error) => {
    console.log(`exporter: ${error ?? 'ready'}`);
  });
  const provider = new MeterProvider({ readers: [reader] });
  console.log(`registered: ${metrics.setGlobalMeterProvider(provider)}`);
}

if (when === 'before') register();
const { server } = serve();
if (when !== 'before') {
  server.once('request', () => setTimeout(register, Number(when)));
}
