/**
 * Runs the fire drills: `npm run drills`, with `--only <name>` some of them, with
 * `--write` their figures go to docs/drills.md.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { describeMachine } from '../../../../bench/report.ts';
import { replaceBetween } from '../../../../scripts/docs/markdown.ts';
import { printTable, ROOT } from '../../../../scripts/packed/project.ts';
import { compressRules } from './compress-rules.ts';
import {
  describePace,
  HEAD,
  listFailures,
  listRows,
  renderResults,
} from './report.ts';
import { findDrills, runDrills } from './run-drills.ts';

const START = '<!-- figures: written by npm run drills -- --write -->';
const END = '<!-- /figures -->';

const { values } = parseArgs({
  options: {
    only: { type: 'string', multiple: true },
    write: { type: 'boolean', default: false },
  },
});
const drills = await findDrills();
const chosen = drills.filter(
  ({ name }) => values.only === undefined || values.only.includes(name),
);
const startedAt = performance.now();
const elapsed = () =>
  `${((performance.now() - startedAt) / 1000).toFixed(0)} s`;

const report = await runDrills(chosen, {
  onStart: ({ name }) => console.log(`${name}: begins at ${elapsed()}`),
  onEnd({ drill, failures }) {
    const outcome = failures.length > 0 ? 'failed' : 'passed';
    console.log(`${drill.name}: ${outcome} at ${elapsed()}`);
  },
});
const failures = listFailures(report);
for (const line of describePace(compressRules().omitted)) console.log(line);
if (values.write && values.only === undefined && failures.length === 0) {
  writeFigures();
}
printTable(HEAD, report.results.flatMap(listRows));
for (const failure of failures) console.error(`failed: ${failure}`);
if (failures.length > 0) process.exitCode = 1;

function writeFigures(): void {
  const path = join(ROOT, 'docs', 'drills.md');
  const figures = [
    `Measured on ${describeMachine()}.`,
    renderResults(report.results),
  ];
  const text = readFileSync(path, 'utf8');
  const written = figures.join('\n\n');
  writeFileSync(path, replaceBetween(text, [START, END], written, path));
}
