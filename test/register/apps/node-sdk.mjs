// An application that sets OpenTelemetry up as its documentation says, with our
// instrumentation given to it. Arguments: `before` or `after` it serves, the
// port of its exporter.
import { PrometheusExporter } from '@opentelemetry/exporter-prometheus';
import { NodeSDK } from '@opentelemetry/sdk-node';
import { SseInstrumentation } from 'opentelemetry-instrumentation-sse';
import { serve } from './serve.mjs';

const [when, port] = process.argv.slice(2);

function start() {
  new NodeSDK({
    instrumentations: [new SseInstrumentation()],
    metricReaders: [new PrometheusExporter({ port: Number(port) })],
    spanProcessors: [],
    logRecordProcessors: [],
  }).start();
  console.log('started');
}

if (when === 'before') start();
const { server } = serve();
if (when === 'after') server.once('request', () => setTimeout(start, 200));
