import { PrometheusExporter } from '@opentelemetry/exporter-prometheus';
import {
  type IMetricReader,
  MeterProvider,
  type ViewOptions,
} from '@opentelemetry/sdk-metrics';
import {
  CLIENT_METRICS,
  GUARD_METRICS,
  PROCESS_METRICS,
  prometheusName,
  SERVER_METRICS,
} from '../../src/semconv.ts';
import { startServer } from './sse-server.ts';

/** A real Prometheus endpoint on a free port. */
export interface PrometheusEndpoint extends AsyncDisposable {
  readonly provider: MeterProvider;
  readonly port: number;
  /** The lines of one scrape that are series, without comments. */
  scrape(): Promise<string[]>;
}

/**
 * Starts an endpoint that reports what its provider has.
 *
 * @param readers - of the same provider.
 */
export async function startPrometheus(
  views: ViewOptions[],
  readers: readonly IMetricReader[] = [],
): Promise<PrometheusEndpoint> {
  const exporter = new PrometheusExporter({ preventServerStart: true });
  const provider = new MeterProvider({
    readers: [exporter, ...readers],
    views,
  });
  const server = await startServer((request, response) => {
    exporter.getMetricsRequestHandler(request, response);
  });
  return {
    provider,
    port: server.port,
    async scrape() {
      const response = await fetch(server.url);
      const lines = (await response.text()).split('\n');
      return lines.filter((line) => line !== '' && !line.startsWith('#'));
    },
    async [Symbol.asyncDispose]() {
      await server[Symbol.asyncDispose]();
      await provider.shutdown();
    },
  };
}

/** The name of a series: what stands before its labels. */
export function nameOfSeries(line: string): string {
  return /^\w+/.exec(line)?.[0] ?? '';
}

const METRICS: ReadonlySet<string> = new Set(
  [SERVER_METRICS, GUARD_METRICS, PROCESS_METRICS, CLIENT_METRICS].flatMap(
    (group) => Object.values(group).map(prometheusName),
  ),
);

/** The metric of ours that a series is of; a stranger's is its own name. */
export function metricOf(series: string): string {
  if (METRICS.has(series)) return series;
  const metric = series.replace(/_[a-z]+$/, '');
  return METRICS.has(metric) ? metric : series;
}
