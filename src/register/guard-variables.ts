import { SSE_GUARD_PRESETS } from '../guard/presets.ts';
import type { SseGuardOptions } from '../guard/types.ts';
import { complain, readVariable, type Variable } from './variables.ts';

/** What a variable of the guard sets: an option, or how it is used. */
export type GuardSetting =
  | keyof SseGuardOptions
  | 'preset'
  | 'drainSeconds'
  | 'readinessPath';

type GuardVariable = Omit<Variable, 'option'> & {
  readonly option: GuardSetting;
};

const PREFIX = 'OTEL_SSE_GUARD_';
const NO_LIMIT = 'no limit';
const PRESETS = Object.keys(SSE_GUARD_PRESETS);

const limit = (
  option: GuardSetting,
  name: string,
  example: string,
  maximum = Number.MAX_VALUE,
  standard = NO_LIMIT,
): GuardVariable => ({
  name: PREFIX + name,
  option,
  values: `a number of at least 0${maximum === 1 ? ' and at most 1' : ''}, such as ${example}`,
  standard,
  parse: (text) => parseNumber(text, maximum),
});

/** Every `OTEL_SSE_GUARD_*` variable. The README's table is made of it. */
export const GUARD_VARIABLES: readonly GuardVariable[] = [
  {
    name: `${PREFIX}PRESET`,
    option: 'preset',
    values: PRESETS.join(' or '),
    standard: 'none',
    parse: (text) => (PRESETS.includes(text) ? text : undefined),
  },
  limit('maxConnections', 'MAX_CONNECTIONS', '10000'),
  {
    name: `${PREFIX}MAX_CONNECTIONS_PER_ROUTE`,
    option: 'maxConnectionsPerRoute',
    values:
      'a number of at least 0, or /route=number;/rooms/:room=number, such as 1000',
    standard: NO_LIMIT,
    parse: parsePerRoute,
  },
  limit('maxConnectionsPerClient', 'MAX_CONNECTIONS_PER_CLIENT', '20'),
  limit('maxConnectionSeconds', 'MAX_CONNECTION_SECONDS', '86400'),
  limit('connectionJitter', 'CONNECTION_JITTER', '0.1', 1, '0.1'),
  limit('maxIdleSeconds', 'MAX_IDLE_SECONDS', '1800'),
  limit('maxQueueBytes', 'MAX_QUEUE_BYTES', '10000000'),
  limit('queueGraceSeconds', 'QUEUE_GRACE_SECONDS', '10', undefined, '10'),
  limit('maxHeapRatio', 'MAX_HEAP_RATIO', '0.9', 1),
  limit('maxEventLoopUtilization', 'MAX_EVENT_LOOP_UTILIZATION', '0.9', 1),
  limit('maxEventLoopDelaySeconds', 'MAX_EVENT_LOOP_DELAY_SECONDS', '0.5'),
  limit('maxFileDescriptorRatio', 'MAX_FILE_DESCRIPTOR_RATIO', '0.9', 1),
  {
    name: `${PREFIX}ROUTES`,
    option: 'match',
    values: 'route templates with commas, such as /events,/rooms/:room',
    standard: 'what accepts text/event-stream',
    parse: parseRoutes,
  },
  {
    name: `${PREFIX}REFUSAL`,
    option: 'refusal',
    values: 'retry or status',
    standard: 'retry',
    parse: (text) => (/^(retry|status)$/.test(text) ? text : undefined),
  },
  limit('retrySeconds', 'RETRY_SECONDS', '5', undefined, '5'),
  limit('drainSeconds', 'DRAIN_SECONDS', '30', undefined, 'no draining'),
  {
    name: `${PREFIX}READINESS_PATH`,
    option: 'readinessPath',
    values: 'a path such as /ready',
    standard: 'none',
    parse: (text) => (text.startsWith('/') ? text : undefined),
  },
];

/** What the environment says of the guard; a bad value costs one line. */
export function readGuardSettings(): Partial<Record<GuardSetting, unknown>> {
  const settings: Partial<Record<GuardSetting, unknown>> = {};
  for (const { name, option, values, standard, parse } of GUARD_VARIABLES) {
    const text = readVariable(name);
    if (text === undefined) continue;
    const value = parse(text);
    if (value === undefined) complain(name, text, values, standard);
    else settings[option] = value;
  }
  return settings;
}

/** Variables that look like the guard's and are none. */
export function findUnknown(): string[] {
  return Object.keys(process.env).filter(
    (name) =>
      name.startsWith(PREFIX) &&
      !GUARD_VARIABLES.some((variable) => variable.name === name),
  );
}

function parseNumber(text: string, maximum: number): number | undefined {
  const value = Number(text);
  return Number.isFinite(value) && value >= 0 && value <= maximum
    ? value
    : undefined;
}

function parseRoutes(text: string): string[] | undefined {
  const routes = text.split(',').map((route) => route.trim());
  return routes.every((route) => route.startsWith('/')) ? routes : undefined;
}

function parsePerRoute(
  text: string,
): number | Record<string, number> | undefined {
  if (!text.includes('=')) return parseNumber(text, Number.MAX_VALUE);
  const limits: Record<string, number> = {};
  for (const entry of text.split(';')) {
    const [, route, count] = /^\s*(\/[^=]*)=\s*(\d+)\s*$/.exec(entry) ?? [];
    if (route === undefined) return undefined;
    limits[route] = Number(count);
  }
  return limits;
}
