/**
 * `npm run bench`: every row of the table, the hook against the same process
 * without it, measured in turn.
 *
 *   --only NAME   rows whose name begins so
 *   --check       short; fails when a row is beyond its budget, or what is
 *                 accepted in its place, three times
 *   --write       writes docs/performance.md and its plot; with --only, the
 *                 rows that were measured
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { replaceBetween } from '../scripts/docs/markdown.ts';
import { measureGrowth } from './growth.ts';
import { renderGrowth } from './plot.ts';
import {
  describeMachine,
  type Outcome,
  renderOutcome,
  renderOutcomes,
  replaceRows,
} from './report.ts';
import { isRegression, type Row } from './row.ts';
import { rows } from './rows.ts';

const TRIES = 3;
const START = '<!-- figures: written by npm run bench -- --write -->';
const END = '<!-- /figures -->';

const { values } = parseArgs({
  options: {
    only: { type: 'string', default: '' },
    check: { type: 'boolean', default: false },
    write: { type: 'boolean', default: false },
  },
});
const chosen = rows.filter(({ name }) => name.startsWith(values.only));
if (chosen.length === 0) {
  const names = rows.map(({ name }) => name).join(', ');
  console.error(`no row is named ${values.only}…; there are ${names}`);
  process.exit(1);
}

console.log(`${describeMachine()}\n`);
const outcomes: Outcome[] = [];
for (const row of chosen) {
  const outcome = await measure(row);
  outcomes.push(outcome);
  console.log(renderOutcome(outcome));
}
console.log(`\n${renderOutcomes(outcomes)}`);
if (values.write) await writePage();
if (values.check) {
  const worse = outcomes.filter((of) => isRegression(of.row, of.measured));
  for (const { row, measured } of worse) {
    const limit = row.accepted ?? row.budget.limit;
    console.error(
      `${row.name} is ${measured.median.toFixed(3)}, ${row.budget.is} ${limit} passes`,
    );
  }
  if (worse.length > 0) process.exitCode = 1;
}

/** For a check, a miss must come three times to count. */
async function measure(row: Row): Promise<Outcome> {
  let measured = await row.measure(values.check);
  for (let tries = 1; values.check && tries < TRIES; tries++) {
    if (!isRegression(row, measured)) break;
    console.log(`${row.name}: ${measured.median.toFixed(3)}, trying again`);
    measured = await row.measure(values.check);
  }
  return { row, measured };
}

/** All figures, and the plot; with `--only`, the rows that were measured. */
async function writePage(): Promise<void> {
  const page = new URL('../docs/performance.md', import.meta.url);
  const text = readFileSync(page, 'utf8');
  const [, rest = ''] = text.split(START);
  const [figures = ''] = rest.split(END);
  const written = values.only
    ? replaceRows(figures.trim(), outcomes)
    : await renderFigures(page);
  const marks = [START, END] as const;
  writeFileSync(page, replaceBetween(text, marks, written, page.pathname));
}

async function renderFigures(page: URL): Promise<string> {
  const growth = await measureGrowth((line) => console.log(line));
  writeFileSync(new URL('performance.svg', page), renderGrowth(growth.points));
  return [
    `Measured on ${describeMachine()}.`,
    renderOutcomes(outcomes),
    '![CPU of an event and heap of a stream, by open streams](performance.svg)',
    growth.table,
  ].join('\n\n');
}
