import type {
  PushMetricExporter,
  ResourceMetrics,
} from '@opentelemetry/sdk-metrics';
import { log } from './log.ts';
import type { OtlpSettings } from './otlp-variables.ts';

type ExportResult = Parameters<Parameters<PushMetricExporter['export']>[1]>[0];

/** What of an OTLP package is used. */
interface OtlpPackage {
  OTLPMetricExporter: new (config: {
    url: string;
    timeoutMillis: number;
  }) => PushMetricExporter;
}

/** An exporter that says when it fails, and can be told to be quick. */
export interface OtlpExporter {
  readonly exporter: PushMetricExporter;
  /** The next export is the last, and takes no longer than was agreed. */
  hurry(): void;
}

/**
 * Sends metrics by OTLP. A failure costs one line, and so does the end of it; a
 * collector that is away for a night must not fill a log.
 *
 * @param interval - milliseconds between two exports, for the line.
 * @param hurryMs - how long an export may take after `hurry`: a collector that
 * is away must not keep a process from ending. Half of it when the last export
 * failed.
 */
export function createOtlpExporter(
  { OTLPMetricExporter }: OtlpPackage,
  { url, timeoutMs }: OtlpSettings,
  interval: number,
  hurryMs: number,
): OtlpExporter {
  let current = new OTLPMetricExporter({ url, timeoutMillis: timeoutMs });
  let isSending = false;
  let isFailing = false;
  let next = `trying again every ${interval / 1000} s`;
  const { origin, pathname } = new URL(url);
  // Without what may stand for a user and a key.
  const shown = `${origin}${pathname}`;
  log.info(`metrics are sent to ${shown} every ${interval / 1000} s`);
  const exporter: PushMetricExporter = {
    export(metrics: ResourceMetrics, done) {
      if (isSending) {
        // With one export always under way, a process would never end by itself.
        done({
          code: 1,
          error: new Error('the last export is still under way'),
        });
        return;
      }
      const onResult = (result: ExportResult): void => {
        isSending = false;
        // 0: success. The SDK's constant is in a package that we do not need.
        const failed = result.code !== 0;
        if (failed && !isFailing) {
          log.warn(
            `metrics were not sent to ${shown}: ` +
              `${String(result.error ?? 'no reason given')}; ${next}`,
          );
        } else if (!failed && isFailing) log.info('metrics are sent again');
        isFailing = failed;
        done(result);
      };
      isSending = true;
      try {
        current.export(metrics, onResult);
      } catch (error) {
        onResult({ code: 1, error: error as Error });
      }
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
      const limit = isFailing ? hurryMs / 2 : hurryMs;
      const timeoutMillis = Math.min(timeoutMs, limit);
      current = new OTLPMetricExporter({ url, timeoutMillis });
      isSending = false;
      next = 'these were the last';
    },
  };
}
