import { readFileSync } from 'node:fs';
import { parse } from 'yaml';

/** A threshold, a span of time, a pattern or an address. */
export interface Value {
  readonly value: number | string;
  /** Why it is this and no other. */
  readonly reason: string;
}

/** Values by their names. */
export type Values = ReadonlyMap<string, Value>;

const FOLDER = new URL('../../prometheus/values/', import.meta.url);

/**
 * The values of `prometheus/values/default.yaml`, with those of a profile instead
 * where it has them.
 *
 * @param profile - `default`, `production`, or another file of that folder.
 * @throws Error for a value without a reason, or that default.yaml does not have.
 */
export function readValues(profile: string): Values {
  const values = readFile('default');
  if (profile === 'default') return values;
  for (const [name, value] of readFile(profile)) {
    if (!values.has(name)) throw new Error(`${profile}.yaml: unknown ${name}`);
    values.set(name, value);
  }
  return values;
}

function readFile(profile: string): Map<string, Value> {
  const text = readFileSync(new URL(`${profile}.yaml`, FOLDER), 'utf8');
  const values = new Map<string, Value>();
  for (const [name, entry] of Object.entries(parse(text) as object)) {
    const { value, reason } = (entry ?? {}) as Partial<Value>;
    if (value === undefined || !reason) {
      throw new Error(`${profile}.yaml: ${name} needs a value and a reason`);
    }
    values.set(name, { value, reason });
  }
  return values;
}

const SIZE = /^(\d+(?:\.\d+)?)(KB|MB|GB)$/;
const SPAN = /^(\d+)([smhd])$/;
const BYTES = { KB: 1024, MB: 1024 ** 2, GB: 1024 ** 3 } as const;
const SECONDS = { s: 1, m: 60, h: 3600, d: 86_400 } as const;

/**
 * A value as a rule needs it.
 *
 * @param form - none: as PromQL has it, sizes in bytes; `percent`, `text`: for
 * people; `seconds`: a span as a number.
 */
export function formatValue(value: Value['value'], form?: string): string {
  const [, size, unit] = SIZE.exec(String(value)) ?? [];
  const [, span, time] = SPAN.exec(String(value)) ?? [];
  if (value === Number.POSITIVE_INFINITY) return '+Inf';
  if (form === 'percent')
    return `${Number((Number(value) * 100).toFixed(3))} %`;
  if (form === 'seconds') {
    if (time === undefined) throw new Error(`${value} is no span of time`);
    return String(Number(span) * SECONDS[time as keyof typeof SECONDS]);
  }
  if (unit === undefined) return String(value);
  if (form === 'text') return `${size} ${unit}`;
  return String(Math.round(Number(size) * BYTES[unit as keyof typeof BYTES]));
}
