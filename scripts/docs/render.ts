/**
 * Writes docs/metrics.md and the tables of README.md from the source.
 * With `--check` it writes nothing and fails when they differ.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { renderGuardTable } from './guard-table.ts';
import { replaceSection } from './markdown.ts';
import { renderMetricsPage, renderMetricsTable } from './metric-tables.ts';
import { renderOptionsTable } from './option-table.ts';

const root = new URL('../..', import.meta.url);
const isCheck = process.argv.includes('--check');
let differs = false;

function write(path: string, text: string): void {
  const url = new URL(path, root);
  const before = readFileSync(url, 'utf8');
  if (before === text) return;
  differs = true;
  if (isCheck)
    console.error(`${path} is not what the source says: npm run render`);
  else writeFileSync(url, text);
}

const readme = readFileSync(new URL('README.md', root), 'utf8');
const withOptions = replaceSection(readme, 'options', renderOptionsTable());
const withGuard = replaceSection(
  withOptions,
  'guard options',
  renderGuardTable(),
);
write('README.md', replaceSection(withGuard, 'metrics', renderMetricsTable()));
write('docs/metrics.md', renderMetricsPage());
if (isCheck && differs) process.exitCode = 1;
