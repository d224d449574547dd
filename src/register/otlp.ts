import type {
  PushMetricExporter,
  ResourceMetrics,
} from '@opentelemetry/sdk-metrics';
import { log } from './log.ts';

/** What of an OTLP package is used. */
interface OtlpPackage {
  OTLPMetricExporter: new (config?: {
    timeoutMillis?: number;
  }) => PushMetricExporter;
}

/** An exporter that says when it fails, and can be told to be quick. */
export interface OtlpExporter {
  readonly exporter: PushMetricExporter;
  /** From now on an export takes no longer than was agreed. */
  hurry(): void;
}

/**
 * Sends metrics by OTLP, configured by the standard variables. A failure costs
 * one line, and so does the end of it; a collector that is away for a night must
 * not fill a log.
 *
 * @param interval - milliseconds between two exports, for the line.
 * @param hurryMs - how long an export may take after `hurry`: a collector that
 * is away must not keep a process from ending.
 */
export function createOtlpExporter(
  { OTLPMetricExporter }: OtlpPackage,
  interval: number,
  hurryMs: number,
): OtlpExporter {
  let current = new OTLPMetricExporter();
  let isFailing = false;
  const exporter: PushMetricExporter = {
    export(metrics: ResourceMetrics, done) {
      current.export(metrics, (result) => {
        // 0: success. The SDK's constant is in a package that we do not need.
        const failed = result.code !== 0;
        if (failed && !isFailing) {
          log.warn(
            `metrics were not sent: ${String(result.error ?? 'no reason given')}; ` +
              `trying again every ${interval / 1000} s, nothing is lost`,
          );
        } else if (!failed && isFailing) log.info('metrics are sent again');
        isFailing = failed;
        done(result);
      });
    },
    forceFlush: () => current.forceFlush(),
    shutdown: () => current.shutdown(),
    selectAggregation: (type) =>
      current.selectAggregation?.(type) ?? { type: 0 },
    selectAggregationTemporality: (type) =>
      current.selectAggregationTemporality?.(type) ?? 1,
  };
  return {
    exporter,
    hurry() {
      current = new OTLPMetricExporter({ timeoutMillis: hurryMs });
    },
  };
}
