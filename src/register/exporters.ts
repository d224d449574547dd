import { log } from './log.ts';
import { complain, readVariable, readWhole } from './variables.ts';

/** Where metrics are to go, read from the standard variables. */
export type ExporterSettings =
  | {
      readonly kind: 'prometheus';
      readonly host: string;
      readonly port: number;
    }
  | { readonly kind: 'otlp'; readonly protocol: OtlpProtocol | undefined }
  | { readonly kind: 'console' };

/** `undefined` in settings: the one whose package is installed. */
export type OtlpProtocol = 'http/protobuf' | 'http/json';

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
  const interval = readWhole('OTEL_METRIC_EXPORT_INTERVAL', 60_000, 1);
  const timeout = readWhole('OTEL_METRIC_EXPORT_TIMEOUT', 30_000, 1);
  return { interval, timeout: Math.min(timeout, interval) };
}

function readKinds(): readonly (typeof KINDS)[number][] {
  const name = 'OTEL_METRICS_EXPORTER';
  const text = readVariable(name);
  const standard = hasOtlpEndpoint() ? 'otlp' : 'prometheus';
  if (text === undefined) return [standard];
  const items = text.split(',').map((item) => item.trim().toLowerCase());
  const known = KINDS.filter((kind) => items.includes(kind));
  const unknown = items.filter(
    (item) => item !== 'none' && !KINDS.some((kind) => kind === item),
  );
  if (unknown.length === 0) return known;
  const used = known.length > 0 ? known : [standard];
  complain(name, text, 'of prometheus, otlp, console, none', used.join());
  return used as typeof known;
}

function hasOtlpEndpoint(): boolean {
  return ENDPOINTS.some((name) => readVariable(name) !== undefined);
}

const ENDPOINTS = [
  'OTEL_EXPORTER_OTLP_METRICS_ENDPOINT',
  'OTEL_EXPORTER_OTLP_ENDPOINT',
];

function readPrometheus(): ExporterSettings {
  return {
    kind: 'prometheus',
    host: readVariable('OTEL_EXPORTER_PROMETHEUS_HOST') ?? 'localhost',
    port: readWhole('OTEL_EXPORTER_PROMETHEUS_PORT', 9464, 0, 65_535),
  };
}

/** The exporter reads endpoint, headers and time-out itself. */
function readOtlp(): ExporterSettings | undefined {
  for (const name of ENDPOINTS) {
    const endpoint = readVariable(name);
    if (endpoint !== undefined && !/^https?:\/\/[^/]/i.test(endpoint)) {
      complain(
        name,
        endpoint,
        'an http:// or https:// address',
        'http://localhost:4318',
      );
    }
  }
  const name =
    readVariable('OTEL_EXPORTER_OTLP_METRICS_PROTOCOL') === undefined
      ? 'OTEL_EXPORTER_OTLP_PROTOCOL'
      : 'OTEL_EXPORTER_OTLP_METRICS_PROTOCOL';
  const protocol = readVariable(name);
  switch (protocol) {
    case undefined:
    case 'http/protobuf':
    case 'http/json':
      return { kind: 'otlp', protocol };
    case 'grpc':
      log.error(
        `${name} is "grpc", which is not supported: no metrics are sent. Use ` +
          'http/protobuf and the port of OTLP over HTTP (4318)',
      );
      return undefined;
    default:
      complain(name, protocol, 'http/protobuf or http/json', 'http/protobuf');
      return { kind: 'otlp', protocol: undefined };
  }
}
