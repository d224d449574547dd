// Preloaded into the instrumented child, by `--import`.
import { MeterProvider, MetricReader } from '@opentelemetry/sdk-metrics';
import { SseInstrumentation } from 'opentelemetry-instrumentation-sse';

class PullReader extends MetricReader {
  async onForceFlush() {}
  async onShutdown() {}
}

const reader = new PullReader();
const instrumentation = new SseInstrumentation();
instrumentation.setMeterProvider(new MeterProvider({ readers: [reader] }));

// Collecting reads every open connection: it must not be noticed either.
setInterval(() => reader.collect(), 10).unref();

/** Values of a metric, added up over its series: how the runner sees the hook. */
async function sum(name) {
  const { resourceMetrics } = await reader.collect();
  return resourceMetrics.scopeMetrics
    .flatMap(({ metrics }) => metrics)
    .filter(({ descriptor }) => descriptor.name === name)
    .flatMap(({ dataPoints }) => dataPoints)
    .reduce((total, { value }) => total + (value.count ?? value), 0);
}

globalThis[Symbol.for('compliance.measured')] = async () => ({
  opened: await sum('sse.server.opened_connections'),
  closed: await sum('sse.server.closed_connections'),
  active: await sum('sse.server.active_connections'),
  writes: await sum('sse.server.writes'),
  timedWrites: await sum('sse.server.write.duration'),
});
