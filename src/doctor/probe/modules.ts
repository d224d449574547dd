import { validateHeaderName, validateHeaderValue } from 'node:http';
import { parseMethod, readFile } from '../arguments.ts';
import { UsageError } from '../errors.ts';
import { DEFAULT_SETTINGS, type DoctorSettings } from '../settings.ts';
import { cleanText } from '../text.ts';
import { parseOrigin } from '../urls.ts';
import {
  type FieldName,
  MODULE_FIELDS,
  type ModuleField,
} from './module-fields.ts';

/** How targets are probed. */
export interface Module {
  readonly settings: Omit<DoctorSettings, 'url'>;
  readonly minEvents: number;
  readonly failOn: 'error' | 'warning';
}

/** The module that is meant when none is named. */
export const DEFAULT_MODULE = 'default';
const NAME = /^[A-Za-z_][A-Za-z0-9_-]{0,39}$/;

/** What a configuration file says. */
export interface ProbeConfig {
  readonly targets: readonly string[];
  readonly modules: ReadonlyMap<string, Module>;
}

/**
 * Reads a configuration file; the schema of `schemas/probe.json` says the same.
 *
 * @throws UsageError that names the place, the value and the mend.
 */
export function parseConfig(text: string): ProbeConfig {
  const config = parseObject('the file', parseJson(text));
  const { $schema: _, targets = [], modules = {}, ...others } = config;
  refuseOthers('the file', Object.keys(others), ['targets', 'modules']);
  if (
    !Array.isArray(targets) ||
    targets.some((one) => typeof one !== 'string')
  ) {
    throw new UsageError(
      'targets must be a list of URLs: ["https://host/path"]',
    );
  }
  const entries = Object.entries(parseObject('modules', modules));
  const named = new Map([
    [DEFAULT_MODULE, parseModule(DEFAULT_MODULE, {})],
    ...entries.map(
      ([name, module]) => [name, parseModule(name, module)] as const,
    ),
  ]);
  return { targets, modules: named };
}

/** A module from what the file has of it. @throws UsageError. */
function parseModule(name: string, value: unknown): Module {
  const place = `module ${JSON.stringify(cleanText(name, 40))}`;
  if (!NAME.test(name)) {
    throw new UsageError(`${place}: write a name of letters, digits, - and _`);
  }
  const module = parseObject(place, value);
  refuseOthers(place, Object.keys(module), Object.keys(MODULE_FIELDS));
  const read = <Kind>(field: FieldName) => {
    const described: ModuleField = MODULE_FIELDS[field];
    const given = module[field];
    if (given === undefined) return described.default as Kind;
    checkField(`${place}: ${field}`, given, described);
    return given as Kind;
  };
  const body = read<string | undefined>('body');
  const origin = read<string | undefined>('origin');
  const caFile = read<string | undefined>('ca_file');
  return {
    minEvents: read('min_events'),
    failOn: read('fail_on'),
    settings: {
      noticeSeconds: DEFAULT_SETTINGS.noticeSeconds,
      seconds: read('seconds'),
      leastSeconds: 0,
      events: read('events'),
      isResuming: read('resume'),
      method: parseMethod(read('method'), body),
      headers: read<Record<string, string> | undefined>('headers') ?? {},
      isWithCredentials: read('credentials'),
      slowSeconds: read('slow_seconds'),
      proxyTimeoutSeconds: read('proxy_timeout_seconds'),
      isInsecure: read('insecure'),
      ...(body !== undefined && { body }),
      ...(origin !== undefined && { origin: parseOrigin(origin) }),
      ...(caFile !== undefined && { ca: readFile('ca_file', caFile) }),
    },
  };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    const reason = error instanceof Error ? cleanText(error.message, 80) : '';
    throw new UsageError(`The file is not JSON (${reason}). Mend it there`);
  }
}

function parseObject(place: string, value: unknown): Record<string, unknown> {
  if (typeof value === 'object' && value && !Array.isArray(value)) {
    return value as Record<string, unknown>;
  }
  throw new UsageError(`${place} must be an object: { … }`);
}

function refuseOthers(
  place: string,
  names: readonly string[],
  known: readonly string[],
): void {
  const other = names.find((name) => !known.includes(name));
  if (other === undefined) return;
  throw new UsageError(
    `${place} has ${JSON.stringify(cleanText(other, 40))}, which is unknown. Known: ${known.join(', ')}`,
  );
}

function checkField(place: string, value: unknown, field: ModuleField): void {
  const { type, minimum = 0, maximum = 0, values } = field;
  const isRight =
    type === 'headers'
      ? isHeaders(value)
      : type === 'integer' || type === 'number'
        ? typeof value === 'number' &&
          value >= minimum &&
          value <= maximum &&
          (type === 'number' || Number.isInteger(value))
        : typeof value === type && (values?.includes(value as string) ?? true);
  if (isRight) return;
  const wanted = {
    boolean: 'true or false',
    headers: '{ "Name": "value" }',
    integer: `a whole number from ${minimum} to ${maximum}`,
    number: `a number from ${minimum} to ${maximum}`,
    string: values ? values.map((one) => `"${one}"`).join(' or ') : 'a text',
  }[type];
  // A header's value may be a token.
  const shown =
    type === 'headers' ? '' : ` ${cleanText(JSON.stringify(value), 40)}`;
  throw new UsageError(`${place}${shown} is wrong. Write ${wanted}`);
}

function isHeaders(value: unknown): boolean {
  if (typeof value !== 'object' || !value || Array.isArray(value)) return false;
  try {
    for (const [name, one] of Object.entries(value)) {
      validateHeaderName(name);
      if (typeof one !== 'string') return false;
      validateHeaderValue(name, one);
    }
    return true;
  } catch {
    return false;
  }
}
