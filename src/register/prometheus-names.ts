import type {
  CollectionResult,
  IMetricReader,
} from '@opentelemetry/sdk-metrics';
import { createNameViews } from '../metrics/views.ts';

/**
 * Gives metrics the names that the Collector gives them. Views would do it too,
 * but for every reader of the provider, and OTLP has the unit apart.
 */
export function nameAsInPrometheus(
  reader: Pick<IMetricReader, 'collect'>,
): void {
  const names = new Map(
    createNameViews().map(({ instrumentName, name }) => [instrumentName, name]),
  );
  const collect = reader.collect.bind(reader);
  reader.collect = async (options): Promise<CollectionResult> => {
    const { resourceMetrics, errors } = await collect(options);
    const scopeMetrics = resourceMetrics.scopeMetrics.map((scope) => ({
      ...scope,
      metrics: scope.metrics.map((metric) => {
        const { descriptor } = metric;
        const name = names.get(descriptor.name) ?? descriptor.name;
        return { ...metric, descriptor: { ...descriptor, name } };
      }),
    }));
    return { resourceMetrics: { ...resourceMetrics, scopeMetrics }, errors };
  };
}
