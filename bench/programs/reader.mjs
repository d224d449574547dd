// Where collections are timed: the hook with a reader that is asked by hand.
import { MeterProvider, MetricReader } from '@opentelemetry/sdk-metrics';
import { SseInstrumentation } from 'opentelemetry-instrumentation-sse';

class Reader extends MetricReader {
  async onForceFlush() {}
  async onShutdown() {}
}

/** @type {MetricReader | undefined} */
export let reader;

if (process.env.BENCH_VARIANT === 'reader') {
  reader = new Reader();
  const instrumentation = new SseInstrumentation({ enabled: false });
  instrumentation.setMeterProvider(new MeterProvider({ readers: [reader] }));
  instrumentation.enable();
}
