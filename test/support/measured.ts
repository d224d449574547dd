import { SseInstrumentation } from '../../src/instrumentation.ts';
import type {
  SseConnectionSummary,
  SseInstrumentationConfig,
} from '../../src/types.ts';
import { createMetrics, type Metrics } from './metric-reader.ts';

/** An instrumentation that is on, and what it measured. */
export interface Measured extends Disposable {
  readonly instrumentation: SseInstrumentation;
  readonly metrics: Metrics;
  /** Of every stream that closed, in order. */
  readonly summaries: readonly SseConnectionSummary[];
}

/** Measures with a provider of its own; `using` switches it off. */
export function measure(config: SseInstrumentationConfig = {}): Measured {
  const summaries: SseConnectionSummary[] = [];
  const metrics = createMetrics();
  const instrumentation = new SseInstrumentation({
    processMetrics: false,
    onClose: (summary) => summaries.push(summary),
    ...config,
    enabled: false,
  });
  instrumentation.setMeterProvider(metrics.provider);
  instrumentation.enable();
  return {
    instrumentation,
    metrics,
    summaries,
    [Symbol.dispose]: () => instrumentation.disable(),
  };
}
