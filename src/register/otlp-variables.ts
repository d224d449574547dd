import { accessSync, constants } from 'node:fs';
import { log } from './log.ts';
import { complain, readMilliseconds, readVariable } from './variables.ts';

/** `undefined` in settings: the one whose package is installed. */
type OtlpProtocol = 'http/protobuf' | 'http/json';

/** What an OTLP exporter is told; it reads the other variables itself. */
export interface OtlpSettings {
  readonly kind: 'otlp';
  readonly protocol: OtlpProtocol | undefined;
  readonly url: string;
  /** The most that one export may take, with all its tries. */
  readonly timeoutMs: number;
}

const ENDPOINT = 'http://localhost:4318';
/** Taken as it is; the one for all signals gets the path of metrics. */
const OWN_ENDPOINT = 'OTEL_EXPORTER_OTLP_METRICS_ENDPOINT';

/**
 * Shorter than OpenTelemetry's 10 s: a process cannot end while an export is
 * under way, and the next one carries everything again.
 */
const TIMEOUT_MS = 2000;

/** Whether the environment says where a collector is. */
export function hasOtlpEndpoint(): boolean {
  return find('ENDPOINT') !== undefined;
}

/** Reads `OTEL_EXPORTER_OTLP_*`; a bad value costs one line. */
export function readOtlp(): OtlpSettings | undefined {
  const protocol = readProtocol();
  if (protocol === 'grpc') return undefined;
  checkOthers();
  const timeout = find('TIMEOUT');
  return {
    kind: 'otlp',
    protocol,
    url: readUrl(),
    timeoutMs:
      timeout === undefined
        ? TIMEOUT_MS
        : readMilliseconds(timeout.name, TIMEOUT_MS),
  };
}

function readProtocol(): OtlpProtocol | 'grpc' | undefined {
  const found = find('PROTOCOL');
  if (found === undefined) return undefined;
  const { name, text } = found;
  if (text === 'http/protobuf' || text === 'http/json') return text;
  if (text === 'grpc') {
    log.error(
      `${name} is "grpc", which is not supported: no metrics are sent. Use ` +
        'http/protobuf and the port of OTLP over HTTP (4318)',
    );
    return text;
  }
  complain(name, text, 'http/protobuf or http/json', 'http/protobuf');
  return 'http/protobuf';
}

/** The exporter would send to whatever a bad address looks like to it. */
function readUrl(): string {
  const found = find('ENDPOINT');
  const shared = readVariable('OTEL_EXPORTER_OTLP_ENDPOINT');
  const standard = shared !== undefined && isUrl(shared) ? shared : ENDPOINT;
  if (found !== undefined && !isUrl(found.text)) {
    const { name, text } = found;
    complain(name, text, 'an http:// or https:// address', standard);
  } else if (found?.name === OWN_ENDPOINT) return found.text;
  const url = new URL(standard);
  url.pathname = `${url.pathname.replace(/\/$/, '')}/v1/metrics`;
  return url.href;
}

function isUrl(text: string): boolean {
  return /^https?:\/\/[^/]/i.test(text) && URL.canParse(text);
}

/** What the exporter reads itself, and passes over in silence when it is bad. */
const READ_BY_EXPORTER: readonly {
  readonly suffix: string;
  readonly values: string;
  readonly standard: string;
  readonly isGood: (text: string) => boolean;
}[] = [
  {
    suffix: 'COMPRESSION',
    values: 'gzip or none',
    standard: 'none',
    isGood: (text) => text === 'gzip' || text === 'none',
  },
  {
    suffix: 'TEMPORALITY_PREFERENCE',
    values: 'cumulative, delta or lowmemory',
    standard: 'cumulative',
    isGood: (text) => /^(cumulative|delta|lowmemory)$/i.test(text),
  },
  ...['CERTIFICATE', 'CLIENT_CERTIFICATE', 'CLIENT_KEY'].map((suffix) => ({
    suffix,
    values: 'a file that can be read',
    standard: 'none',
    isGood: canRead,
  })),
];

function checkOthers(): void {
  for (const { suffix, values, standard, isGood } of READ_BY_EXPORTER) {
    const found = find(suffix);
    if (found === undefined || isGood(found.text)) continue;
    complain(found.name, found.text, values, standard);
  }
  const headers = find('HEADERS');
  const bad = headers?.text
    .split(',')
    .findIndex((entry) => !/^\s*([^\s=]+\s*=\s*\S.*)?$/.test(entry));
  if (headers === undefined || bad === undefined || bad === -1) return;
  // Headers are keys to somebody's door: no log may have their text.
  log.warn(
    `${headers.name} is not name=value with commas: entry ${bad + 1} is not sent`,
  );
}

function canRead(path: string): boolean {
  try {
    accessSync(path, constants.R_OK);
    return true;
  } catch {
    return false;
  }
}

/** The variable for metrics when it is set, else the one for all signals. */
function find(suffix: string): { name: string; text: string } | undefined {
  for (const prefix of ['OTEL_EXPORTER_OTLP_METRICS', 'OTEL_EXPORTER_OTLP']) {
    const name = `${prefix}_${suffix}`;
    const text = readVariable(name);
    if (text !== undefined) return { name, text };
  }
  return undefined;
}
