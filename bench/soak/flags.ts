import { parseArgs } from 'node:util';
import type { SoakOptions } from './plan.ts';

/** What CI runs. */
export const SHORT = { connections: 2000, total: 60_000 };
const TOTAL = 1_000_000;

/** What the command is told. */
export interface SoakFlags extends SoakOptions {
  /** Whether docs/scale.md is written. */
  readonly write: boolean;
}

/** @throws Error that names the flag and what would do. */
export function readFlags(args: readonly string[]): SoakFlags {
  const { values } = parseArgs({
    args: [...args],
    options: {
      connections: { type: 'string' },
      total: { type: 'string' },
      check: { type: 'boolean', default: false },
      write: { type: 'boolean', default: false },
    },
  });
  const { check, write } = values;
  if (check && write) {
    throw new Error(
      '--write is for the figures of the full form: without --check',
    );
  }
  const connections =
    readWhole('--connections', values.connections) ??
    (check ? SHORT.connections : undefined);
  const total =
    readWhole('--total', values.total) ?? (check ? SHORT.total : TOTAL);
  return {
    ...(connections === undefined ? {} : { connections }),
    total,
    write,
  };
}

function readWhole(
  flag: string,
  value: string | undefined,
): number | undefined {
  if (value === undefined) return undefined;
  if (/^[1-9]\d{0,8}$/.test(value)) return Number(value);
  throw new Error(
    `${flag} is ${JSON.stringify(value)}: give a whole number, such as 10000`,
  );
}
