import { readFileSync } from 'node:fs';
import { validateHeaderName, validateHeaderValue } from 'node:http';
import { parseArgs } from 'node:util';
import { describeError, UsageError } from './errors.ts';
import { DEFAULT_SETTINGS, type DoctorSettings } from './settings.ts';
import { cleanText } from './text.ts';
import { parseOrigin, parseUrl } from './urls.ts';

/** What `doctor` was asked for. */
export interface DoctorArguments {
  readonly settings: DoctorSettings;
  readonly compare?: URL;
  readonly isJson: boolean;
}

const OPTIONS = {
  seconds: { type: 'string' },
  events: { type: 'string' },
  idle: { type: 'string' },
  compare: { type: 'string' },
  header: { type: 'string', multiple: true },
  method: { type: 'string' },
  body: { type: 'string' },
  origin: { type: 'string' },
  credentials: { type: 'boolean' },
  metrics: { type: 'string' },
  slow: { type: 'string' },
  'proxy-timeout': { type: 'string' },
  'no-resume': { type: 'boolean' },
  ca: { type: 'string' },
  insecure: { type: 'boolean' },
  json: { type: 'boolean' },
} as const;

/** Reads the arguments of `doctor`. @throws UsageError. */
export function parseDoctorArguments(args: readonly string[]): DoctorArguments {
  const { values, positionals } = parseOptions(args, OPTIONS);
  const [target, ...others] = positionals;
  if (target === undefined) {
    throw new UsageError(
      'doctor needs the URL of a stream: doctor https://host/path',
    );
  }
  if (others.length > 0) {
    throw new UsageError(
      `${JSON.stringify(cleanText(others[0] ?? ''))} is one URL too many. Compare two with --compare URL`,
    );
  }
  const url = parseUrl(target, 'URL');
  const body = readBody(values.body);
  const idleSeconds = readNumber('--idle', values.idle, 0.1, 86_400);
  const settings: DoctorSettings = {
    ...DEFAULT_SETTINGS,
    url,
    headers: parseHeaders(values.header ?? []),
    method: parseMethod(values.method, body),
    seconds:
      readNumber('--seconds', values.seconds, 0.1, 86_400) ??
      DEFAULT_SETTINGS.seconds,
    events:
      readNumber('--events', values.events, 1, 1_000_000) ??
      DEFAULT_SETTINGS.events,
    slowSeconds:
      readNumber('--slow', values.slow, 0.01, 3600) ??
      DEFAULT_SETTINGS.slowSeconds,
    proxyTimeoutSeconds:
      readNumber('--proxy-timeout', values['proxy-timeout'], 0.1, 86_400) ??
      DEFAULT_SETTINGS.proxyTimeoutSeconds,
    isWithCredentials: values.credentials ?? false,
    isInsecure: values.insecure ?? false,
    isResuming: !(values['no-resume'] ?? false),
    ...(body !== undefined && { body }),
    ...(idleSeconds !== undefined && { idleSeconds }),
    ...(values.origin !== undefined && { origin: parseOrigin(values.origin) }),
    ...(values.metrics !== undefined && {
      metrics: parseUrl(values.metrics, '--metrics'),
    }),
    ...(values.ca !== undefined && { ca: readFile('--ca', values.ca) }),
  };
  return {
    settings,
    isJson: values.json ?? false,
    ...(values.compare !== undefined && {
      compare: parseUrl(values.compare, '--compare'),
    }),
  };
}

/** `parseArgs`, whose errors say what to do. @throws UsageError. */
export function parseOptions<
  const Options extends NonNullable<Parameters<typeof parseArgs>[0]>['options'],
>(args: readonly string[], options: Options) {
  try {
    return parseArgs({ args: [...args], options, allowPositionals: true });
  } catch (error) {
    const [first = ''] = describeError(error).split('. ');
    const reason = first.replace(/^ERR_\w+: /, '');
    throw new UsageError(`${cleanText(reason)}. See --help`);
  }
}

/** A number between two others, both included. @throws UsageError. */
export function readNumber(
  name: string,
  text: string | undefined,
  least: number,
  most: number,
): number | undefined {
  if (text === undefined) return undefined;
  const value = Number(text);
  if (text.trim() === '' || !(value >= least && value <= most)) {
    throw new UsageError(
      `${name} ${JSON.stringify(cleanText(text))} is no number from ${least} to ${most}. Write ${name} 30`,
    );
  }
  return value;
}

/** Headers as `Name: value`. @throws UsageError. */
function parseHeaders(texts: readonly string[]): Record<string, string> {
  const headers: Record<string, string> = {};
  for (const text of texts) {
    const colon = text.indexOf(':');
    const name = text.slice(0, Math.max(colon, 0)).trim();
    const value = text.slice(colon + 1).trim();
    // The value may be a token: it is not repeated.
    const shown = JSON.stringify(cleanText(colon === -1 ? text : name, 40));
    try {
      validateHeaderName(name);
      validateHeaderValue(name, value);
    } catch {
      throw new UsageError(
        `--header ${shown} is no header. Write --header "Name: value"`,
      );
    }
    headers[name] = value;
  }
  return headers;
}

/** A method's name in capitals; with a body it is POST. @throws UsageError. */
export function parseMethod(text: string | undefined, body?: string): string {
  if (text === undefined) return body === undefined ? 'GET' : 'POST';
  const method = text.toUpperCase();
  if (
    !/^[A-Z]{1,20}$/.test(method) ||
    method === 'CONNECT' ||
    method === 'HEAD'
  ) {
    throw new UsageError(
      `--method ${JSON.stringify(cleanText(text))} asks for no stream. Write --method GET or POST`,
    );
  }
  if (method === 'GET' && body !== undefined) {
    throw new UsageError('--method GET has no body. Write --method POST');
  }
  return method;
}

function readBody(text: string | undefined): string | undefined {
  if (text === undefined || !text.startsWith('@')) return text;
  return readFile('--body', text.slice(1));
}

/** A file that was named as an argument. @throws UsageError. */
export function readFile(name: string, path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    throw new UsageError(
      `${name} ${JSON.stringify(cleanText(path))} cannot be read (${(error as NodeJS.ErrnoException).code}). Name a file`,
    );
  }
}
