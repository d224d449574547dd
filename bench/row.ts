import type { Estimate } from './statistics.ts';

/** One line of the table: what is measured, and what it may cost. */
export interface Row {
  /** Short, for `--only`. */
  readonly name: string;
  /** For people: what is compared with what. */
  readonly what: string;
  readonly budget: Budget;
  /**
   * Where docs/performance.md says why the budget is missed: what a check lets pass
   * in its place.
   */
  readonly accepted?: number;
  /** @param isShort - for CI: fewer repetitions. */
  measure(isShort: boolean): Promise<Measured>;
}

/** The most, or the least, that a figure may be. */
export interface Budget {
  readonly limit: number;
  readonly is: 'at most' | 'at least';
  /** Of the figure: a ratio has none. */
  readonly unit?: 'bytes' | 'ms';
}

/** What came out. */
export interface Measured extends Estimate {
  /** How much was measured, in a few words. */
  readonly of: string;
}

/** Whether a figure is within its budget, as far as it can be known. */
export type Verdict = 'ok' | 'unclear' | 'MISSED';

/** Whether a check fails: beyond what is accepted by more than the spread. */
export function isRegression(row: Row, measured: Measured): boolean {
  const limit = row.accepted ?? row.budget.limit;
  return judge({ ...row.budget, limit }, measured) === 'MISSED';
}

/** Beyond the budget by more than the spread it is missed. */
export function judge({ limit, is }: Budget, measured: Measured): Verdict {
  const { median, low, high } = measured;
  const [isWithin, isBeyond] =
    is === 'at most'
      ? [median <= limit, low > limit]
      : [median >= limit, high < limit];
  if (isWithin) return 'ok';
  return isBeyond ? 'MISSED' : 'unclear';
}
