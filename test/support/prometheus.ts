import { PrometheusExporter } from '@opentelemetry/exporter-prometheus';
import { MeterProvider, type ViewOptions } from '@opentelemetry/sdk-metrics';
import { startServer } from './sse-server.ts';

/** A real Prometheus endpoint on a free port. */
export interface PrometheusEndpoint extends AsyncDisposable {
  readonly provider: MeterProvider;
  /** The lines of one scrape that are series, without comments. */
  scrape(): Promise<string[]>;
}

/** Starts an endpoint that reports what its provider has. */
export async function startPrometheus(
  views: ViewOptions[],
): Promise<PrometheusEndpoint> {
  const exporter = new PrometheusExporter({ preventServerStart: true });
  const provider = new MeterProvider({ readers: [exporter], views });
  const server = await startServer((request, response) => {
    exporter.getMetricsRequestHandler(request, response);
  });
  return {
    provider,
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
