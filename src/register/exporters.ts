import {
  hasOtlpEndpoint,
  type OtlpSettings,
  readOtlp,
} from './otlp-variables.ts';
import {
  complain,
  readMilliseconds,
  readVariable,
  readWhole,
} from './variables.ts';

/** Where metrics are to go, read from the standard variables. */
export type ExporterSettings =
  | {
      readonly kind: 'prometheus';
      readonly host: string;
      readonly port: number;
    }
  | OtlpSettings
  | { readonly kind: 'console' };

const KINDS = ['prometheus', 'otlp', 'console'] as const;

/** Reads `OTEL_METRICS_EXPORTER` and what belongs to it; none: an empty list. */
export function readExporters(): ExporterSettings[] {
  const settings: ExporterSettings[] = [];
  for (const kind of readKinds()) {
    if (kind === 'prometheus') settings.push(readPrometheus());
    else if (kind === 'console') settings.push({ kind });
    else {
      const otlp = readOtlp();
      if (otlp !== undefined) settings.push(otlp);
    }
  }
  return settings;
}

/** Milliseconds between two exports, and the most that one may take. */
export function readIntervals(): { interval: number; timeout: number } {
  const interval = readMilliseconds('OTEL_METRIC_EXPORT_INTERVAL', 60_000);
  const timeout = readMilliseconds('OTEL_METRIC_EXPORT_TIMEOUT', 30_000);
  return { interval, timeout: Math.min(timeout, interval) };
}

function readKinds(): readonly (typeof KINDS)[number][] {
  const name = 'OTEL_METRICS_EXPORTER';
  const text = readVariable(name);
  const standard = hasOtlpEndpoint() ? 'otlp' : 'prometheus';
  if (text === undefined) return [standard];
  const items = text
    .split(',')
    .map((item) => item.trim().toLowerCase())
    .filter((item) => item !== '');
  const known = KINDS.filter((kind) => items.includes(kind));
  const unknown = items.filter(
    (item) => item !== 'none' && !KINDS.some((kind) => kind === item),
  );
  if (unknown.length === 0 && items.length > 0) return known;
  const used = known.length > 0 ? known : [standard];
  complain(name, text, 'any of prometheus, otlp, console, none', used.join());
  return used as typeof known;
}

function readPrometheus(): ExporterSettings {
  return {
    kind: 'prometheus',
    host: readVariable('OTEL_EXPORTER_PROMETHEUS_HOST') ?? 'localhost',
    port: readWhole('OTEL_EXPORTER_PROMETHEUS_PORT', 9464, 0, 65_535),
  };
}
