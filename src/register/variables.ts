import { MAX_FINAL_BYTES } from '../protocol/scanner.ts';
import { createFindAddress } from '../server/client-address.ts';
import type { FinalEvents, SseInstrumentationConfig } from '../types.ts';
import { log } from './log.ts';

/** What the environment sets. */
export interface RegisterOptions extends SseInstrumentationConfig {
  /** Whether the event streams that this process receives are measured. */
  clientMetrics?: boolean;
}

/** An environment variable of ours, and the option that it sets. */
export interface Variable {
  readonly name: string;
  readonly option: keyof RegisterOptions;
  /** For people: what it may be. */
  readonly values: string;
  /** For people: what is used without it. */
  readonly standard: string;
  /** @returns the option's value, `undefined` when the text is not one. */
  readonly parse: (text: string) => unknown;
}

/** Every `OTEL_SSE_*` variable. The README's table is checked against it. */
export const VARIABLES: readonly Variable[] = [
  {
    name: 'OTEL_SSE_SERVER_METRICS',
    option: 'serverMetrics',
    values: 'true or false',
    standard: 'true',
    parse: parseBoolean,
  },
  {
    name: 'OTEL_SSE_CLIENT',
    option: 'clientMetrics',
    values: 'true or false',
    standard: 'true',
    parse: parseBoolean,
  },
  {
    name: 'OTEL_SSE_PROCESS_METRICS',
    option: 'processMetrics',
    values: 'true or false',
    standard: 'true',
    parse: parseBoolean,
  },
  {
    name: 'OTEL_SSE_STALL_AFTER_SECONDS',
    option: 'stallAfterSeconds',
    values: 'a number above 0',
    standard: '90',
    parse: (text) => parseNumber(text, 0.001),
  },
  {
    name: 'OTEL_SSE_MAX_ROUTES',
    option: 'maxRoutes',
    values: 'a whole number above 0',
    standard: '100',
    parse: (text) => parseWhole(text, 1),
  },
  {
    name: 'OTEL_SSE_MAX_EVENT_TYPES',
    option: 'maxEventTypes',
    values: 'a whole number above 0',
    standard: '20',
    parse: (text) => parseWhole(text, 1),
  },
  {
    name: 'OTEL_SSE_EVENT_TYPES',
    option: 'eventTypes',
    values: 'at most 100 event types, with commas',
    standard: 'the first seen',
    parse: parseList,
  },
  {
    name: 'OTEL_SSE_SAMPLES_PER_SECOND',
    option: 'samplesPerSecond',
    values: 'a whole number of at least 0',
    standard: '1000',
    parse: (text) => parseWhole(text, 0),
  },
  {
    name: 'OTEL_SSE_FINAL_EVENTS',
    option: 'finalEvents',
    values:
      'event types or data lines of at most 32 bytes, with commas, or /route=a,b;/other=c',
    standard: 'none',
    parse: parseFinalEvents,
  },
  {
    name: 'OTEL_SSE_TRUST_PROXY',
    option: 'trustProxy',
    values: 'a number of proxies, or addresses and CIDR ranges, with commas',
    standard: '0',
    parse: (text) => parseWhole(text, 0) ?? parseRanges(text),
  },
  {
    name: 'OTEL_SSE_SPAN_EVENTS',
    option: 'spanEvents',
    values: 'true or false',
    standard: 'false',
    parse: parseBoolean,
  },
];

/** The options that the environment sets; a bad value costs one line. */
export function readOptions(): RegisterOptions {
  const config: Record<string, unknown> = {};
  for (const { name, option, values, standard, parse } of VARIABLES) {
    const text = readVariable(name);
    if (text === undefined) continue;
    const value = parse(text);
    if (value === undefined) complain(name, text, values, standard);
    else config[option] = value;
  }
  return config;
}

/** A variable's text; `undefined` when it is unset or empty, as OTel has it. */
export function readVariable(name: string): string | undefined {
  const text = process.env[name]?.trim();
  return text === '' ? undefined : text;
}

/** A whole number within bounds; a bad one costs one line. */
export function readWhole(
  name: string,
  standard: number,
  minimum: number,
  maximum: number = Number.MAX_SAFE_INTEGER,
): number {
  const text = readVariable(name);
  if (text === undefined) return standard;
  const value = parseWhole(text, minimum);
  if (value !== undefined && value <= maximum) return value;
  const values =
    maximum === Number.MAX_SAFE_INTEGER
      ? `a whole number of at least ${minimum}`
      : `a whole number from ${minimum} to ${maximum}`;
  complain(name, text, values, String(standard));
  return standard;
}

/** The most that a timer takes: what is more would be 1 ms. */
const MAX_TIMER_MS = 2 ** 31 - 1;

/** Milliseconds of a timer; a bad number costs one line. */
export function readMilliseconds(name: string, standard: number): number {
  return readWhole(name, standard, 1, MAX_TIMER_MS);
}

/** Says in one line what a variable may be and what is used in its place. */
export function complain(
  name: string,
  text: string,
  values: string,
  standard: string,
): void {
  const shown = text.length > 60 ? `${text.slice(0, 59)}…` : text;
  log.warn(
    `${name} is ${JSON.stringify(shown)}, not ${values}; using ${standard}`,
  );
}

function parseBoolean(text: string): boolean | undefined {
  const lower = text.toLowerCase();
  if (lower === 'true') return true;
  return lower === 'false' ? false : undefined;
}

function parseNumber(text: string, minimum: number): number | undefined {
  const value = Number(text);
  return Number.isFinite(value) && value >= minimum ? value : undefined;
}

function parseWhole(text: string, minimum: number): number | undefined {
  const value = parseNumber(text, minimum);
  return Number.isSafeInteger(value) ? value : undefined;
}

/** As many event types as an option may list. */
const MAX_LISTED = 100;

function parseList(text: string): string[] | undefined {
  const items = text.split(',').map((item) => item.trim());
  const named = items.filter((item) => item !== '');
  return named.length > 0 && named.length <= MAX_LISTED ? named : undefined;
}

function parseRanges(text: string): string[] | undefined {
  const ranges = parseList(text);
  try {
    if (ranges !== undefined) createFindAddress(ranges);
    return ranges;
  } catch {
    return undefined;
  }
}

/** `a,b` for all routes, or `/route=a,b;/other=c`, where `*` is every other. */
function parseFinalEvents(text: string): FinalEvents | undefined {
  const finals: Record<string, string[]> = {};
  for (const entry of text.split(';')) {
    const [, route = '*', names = ''] = /^\s*([/*][^=]*)=(.*)$/.exec(entry) ?? [
      undefined,
      '*',
      entry,
    ];
    const list = parseList(names);
    if (list === undefined || !list.every(isFinalName)) return undefined;
    finals[route] = list;
  }
  return finals;
}

function isFinalName(name: string): boolean {
  return Buffer.byteLength(name) <= MAX_FINAL_BYTES;
}
