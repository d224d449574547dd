import { cpus, release } from 'node:os';
import { table } from '../scripts/docs/markdown.ts';
import { type Budget, judge, type Measured, type Row } from './row.ts';

/** A row and what came out. */
export interface Outcome {
  readonly row: Row;
  readonly measured: Measured;
}

/** One line a row: the figure, where it lies, its budget, the verdict. */
export function renderOutcomes(outcomes: readonly Outcome[]): string {
  return table(
    ['What', 'Median', '95 % of it', 'Budget', 'Verdict', 'Measured'],
    outcomes.map(({ row, measured }) => [
      row.what,
      show(row.budget, measured.median),
      `${show(row.budget, measured.low)} – ${show(row.budget, measured.high)}`,
      showBudget(row.budget),
      judge(row.budget, measured),
      measured.of,
    ]),
  );
}

/** The figures of a page, with these rows in place of what they were. */
export function replaceRows(
  figures: string,
  outcomes: readonly Outcome[],
): string {
  const lines = renderOutcomes(outcomes).split('\n');
  const starts = outcomes.map(({ row }) => `| ${row.what} |`);
  return figures
    .split('\n')
    .map((line) => {
      const start = starts.find((one) => line.startsWith(one));
      return lines.find((one) => start && one.startsWith(start)) ?? line;
    })
    .join('\n');
}

/** A line for people who wait. */
export function renderOutcome({ row, measured }: Outcome): string {
  const { budget, name } = row;
  const verdict = judge(budget, measured);
  const range = `${show(budget, measured.low)}–${show(budget, measured.high)}`;
  const figure = `${show(budget, measured.median)} (${range})`;
  return `${name.padEnd(20)} ${figure.padEnd(28)} ${showBudget(budget).padEnd(12)} ${verdict}`;
}

/** What it was measured on. */
export function describeMachine(): string {
  const [cpu] = cpus();
  const { node, v8 } = process.versions;
  return `${cpus().length} × ${cpu?.model.trim()}, ${process.platform} ${release().split('-')[0]}, Node ${node}, V8 ${v8.split('-')[0]}`;
}

function showBudget({ limit, is, unit }: Budget): string {
  return `${is === 'at most' ? '≤' : '≥'} ${limit}${unit ? ` ${unit}` : ''}`;
}

function show({ unit }: Budget, value: number): string {
  if (unit === 'bytes') return value.toFixed(0);
  return value >= 20 ? value.toFixed(0) : value.toFixed(unit === 'ms' ? 2 : 3);
}
