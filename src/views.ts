import { createNameViews } from './metrics/views.ts';
import {
  createLatencyViews,
  type StreamMarker,
} from './server/stream-spans.ts';

/** A view as the `views` option of an SDK's MeterProvider takes it. */
export interface SseView {
  readonly instrumentName: string;
  readonly meterName?: string;
  readonly name?: string;
  readonly attributesProcessors?: StreamMarker[];
}

/**
 * Views for the application's own MeterProvider. They give our metrics the names
 * in a direct Prometheus scrape that the OpenTelemetry Collector gives them; and
 * event streams, by the attribute `sse.stream`, a series of their own in
 * `http.server.request.duration`, which they would poison otherwise.
 *
 * @example `new MeterProvider({ readers, views: [...sseViews()] })`
 */
export function sseViews(): SseView[] {
  return [...createNameViews(), ...createLatencyViews()];
}
