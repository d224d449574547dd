import type { Histogram, Meter, Observable } from '@opentelemetry/api';
import type { MetricDefinition } from '../semconv.ts';

/** Creates the observable instrument that a definition describes. */
export function createObservable(
  meter: Meter,
  { name, kind, unit, description }: MetricDefinition,
): Observable {
  const options = { unit, description };
  switch (kind) {
    case 'observableCounter':
      return meter.createObservableCounter(name, options);
    case 'observableUpDownCounter':
      return meter.createObservableUpDownCounter(name, options);
    default:
      return meter.createObservableGauge(name, options);
  }
}

/** Creates the histogram that a definition describes. */
export function createHistogram(
  meter: Meter,
  { name, unit, description, boundaries = [] }: MetricDefinition,
): Histogram {
  const advice = { explicitBucketBoundaries: [...boundaries] };
  return meter.createHistogram(name, { unit, description, advice });
}
