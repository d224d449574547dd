import { createRequire } from 'node:module';
import { context, type MeterProvider, trace } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { HttpInstrumentation } from '@opentelemetry/instrumentation-http';
import {
  AlwaysOffSampler,
  AlwaysOnSampler,
  InMemorySpanExporter,
  SimpleSpanProcessor,
  TracerProvider,
} from '@opentelemetry/sdk-trace';

// One a process: it patches what is required after it was made, and only once.
const instrumentation = new HttpInstrumentation({
  disableOutgoingRequestInstrumentation: true,
});
createRequire(import.meta.url)('node:http');

/** OpenTelemetry's own HTTP instrumentation, with a real SDK. */
export interface InstrumentedHttp extends Disposable {
  /** The spans that have ended. */
  readonly spans: InMemorySpanExporter;
}

/**
 * Instruments this process's HTTP servers; `using` ends it.
 *
 * @param meterProvider - gets its metrics.
 */
export function instrumentHttp(
  meterProvider: MeterProvider,
  isSampled = true,
): InstrumentedHttp {
  const spans = new InMemorySpanExporter();
  const tracerProvider = new TracerProvider({
    sampler: isSampled ? new AlwaysOnSampler() : new AlwaysOffSampler(),
    spanProcessors: [new SimpleSpanProcessor({ exporter: spans })],
  });
  const contexts = new AsyncLocalStorageContextManager().enable();
  context.setGlobalContextManager(contexts);
  trace.setGlobalTracerProvider(tracerProvider);
  instrumentation.setTracerProvider(tracerProvider);
  instrumentation.setMeterProvider(meterProvider);
  return {
    spans,
    [Symbol.dispose]() {
      context.disable();
      contexts.disable();
      trace.disable();
    },
  };
}
