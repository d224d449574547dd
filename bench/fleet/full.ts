import { readFileSync } from 'node:fs';
import type { FleetOutcome } from './simulate.ts';

/** The committed outcome of the full form, as far as it does not depend on time. */
export const TABLE: URL = new URL('full.json', import.meta.url);

/** What does not depend on the machine. */
export interface FullFleet {
  readonly instances: number;
  readonly series: number;
  readonly recorded: number;
  /** Series of each query's answer, by its name. */
  readonly answers: Readonly<Record<string, number>>;
}

/** @returns what is committed of an outcome. */
export function summarize(outcome: FleetOutcome): FullFleet {
  const { instances, series, recorded, answers } = outcome;
  const sizes = answers.map(({ name, series: size }) => [name, size]);
  return { instances, series, recorded, answers: Object.fromEntries(sizes) };
}

/** What the full form had. */
export function readFull(): FullFleet {
  return JSON.parse(readFileSync(TABLE, 'utf8'));
}

/**
 * What a smaller fleet must have: what is by instance grows with the instances, and
 * what is not by instance not at all.
 */
export function scaleDown(full: FullFleet, instances: number): FullFleet {
  const scale = (size: number) =>
    size % full.instances === 0 ? (size / full.instances) * instances : size;
  const answers = Object.entries(full.answers).map(([name, size]) => [
    name,
    scale(size),
  ]);
  return {
    instances,
    series: scale(full.series),
    recorded: full.recorded,
    answers: Object.fromEntries(answers),
  };
}
