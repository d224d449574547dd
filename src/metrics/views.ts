import {
  type MetricDefinition,
  nameWithUnit,
  PROCESS_METRICS,
  SERVER_METRICS,
} from '../semconv.ts';
import { PACKAGE_NAME } from '../version.ts';

/** A view as the `views` option of an SDK's MeterProvider takes it. */
export interface SseView {
  readonly meterName: string;
  readonly instrumentName: string;
  readonly name: string;
}

/**
 * Views for the application's own MeterProvider: they give our metrics the names
 * in a direct Prometheus scrape that the OpenTelemetry Collector gives them.
 *
 * @example `new MeterProvider({ readers, views: [...sseViews()] })`
 * @returns one view for every metric whose unit belongs in its name.
 */
export function sseViews(): SseView[] {
  const definitions: MetricDefinition[] = [
    ...Object.values(SERVER_METRICS),
    ...Object.values(PROCESS_METRICS),
  ];
  return definitions
    .filter((definition) => nameWithUnit(definition) !== definition.name)
    .map((definition) => ({
      meterName: PACKAGE_NAME,
      instrumentName: definition.name,
      name: nameWithUnit(definition),
    }));
}
