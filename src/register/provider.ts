import type { MeterProvider } from '@opentelemetry/api';
import type {
  IMetricReader,
  PushMetricExporter,
} from '@opentelemetry/sdk-metrics';
import { type Endpoint, startEndpoint } from './endpoint.ts';
import { type ExporterSettings, readIntervals } from './exporters.ts';
import { log } from './log.ts';
import { createOtlpExporter } from './otlp.ts';
import { loadPackages } from './packages.ts';
import { nameAsInPrometheus } from './prometheus-names.ts';
import { detectResource } from './resource.ts';

/** A MeterProvider of our own: private, never registered globally. */
export interface PrivateProvider {
  readonly provider: MeterProvider;
  /** Whether metrics are sent, and the last ones lost without a flush. */
  readonly isPushing: boolean;
  readonly endpoint: Endpoint | undefined;
  flush(): Promise<void>;
  /** Flushes once more, in two seconds at most, and closes the port. */
  shutdown(): Promise<void>;
}

/** The longest that a process waits for its last metrics to be sent. */
const LAST_FLUSH_MS = 2000;

/** @returns `undefined` when nothing can be exported; a line said why. */
export function createProvider(
  settings: readonly ExporterSettings[],
): PrivateProvider | undefined {
  const packages = loadPackages(settings);
  if (packages === undefined) return undefined;
  const { sdk } = packages;
  const readers: IMetricReader[] = [];
  let endpoint: Endpoint | undefined;
  let endRetries = (): void => {};
  const { interval, timeout } = readIntervals();
  let isPushing = false;
  const push = (exporter: PushMetricExporter): void => {
    isPushing = true;
    readers.push(
      new sdk.PeriodicExportingMetricReader({
        exporter,
        exportIntervalMillis: interval,
        exportTimeoutMillis: timeout,
      }),
    );
  };
  for (const setting of settings) {
    if (setting.kind === 'console') push(new sdk.ConsoleMetricExporter());
    else if (setting.kind === 'otlp' && packages.otlp !== undefined) {
      const otlp = createOtlpExporter(
        packages.otlp,
        setting,
        interval,
        LAST_FLUSH_MS,
      );
      endRetries = otlp.hurry;
      push(otlp.exporter);
    } else if (setting.kind === 'prometheus' && packages.prometheus) {
      const { PrometheusExporter } = packages.prometheus;
      const reader = new PrometheusExporter({ preventServerStart: true });
      nameAsInPrometheus(reader);
      readers.push(reader);
      endpoint = startEndpoint(setting.host, setting.port, (req, res) =>
        reader.getMetricsRequestHandler(req, res),
      );
    }
  }
  if (readers.length === 0) return undefined;
  const provider = new sdk.MeterProvider({
    resource: detectResource(packages),
    readers,
  });
  return {
    provider,
    isPushing,
    endpoint,
    flush: () => quietly(provider.forceFlush()),
    shutdown: () => {
      endpoint?.close();
      endRetries();
      return quietly(provider.shutdown());
    },
  };
}

async function quietly(flushed: Promise<void>): Promise<void> {
  try {
    await flushed;
  } catch (error) {
    log.warn(`the last metrics were not sent: ${String(error)}`);
  }
}
