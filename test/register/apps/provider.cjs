// An application with a MeterProvider of its own. Arguments: when it registers
// it (`before` it serves, or milliseconds after the first request), the port of
// its exporter.
const { metrics } = require('@opentelemetry/api');
const { PrometheusExporter } = require('@opentelemetry/exporter-prometheus');
const { MeterProvider } = require('@opentelemetry/sdk-metrics');
const { serve } = require('./serve.mjs');

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
