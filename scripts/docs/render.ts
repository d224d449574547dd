/**
 * Writes docs/metrics.md, schemas/ and the tables of README.md, docs/doctor.md and
 * docs/scale.md from the source.
 * With `--check` it writes nothing and fails when they differ.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import {
  renderFindings,
  renderFindingsTable,
  renderModuleFields,
  renderProbeSchema,
} from './doctor-tables.ts';
import { renderGuardTable } from './guard-table.ts';
import { replaceSection } from './markdown.ts';
import {
  renderMetricsPage,
  renderMetricsTable,
  renderProbeMetrics,
} from './metric-tables.ts';
import { renderOptionsTable } from './option-table.ts';
import {
  renderSeriesAdditions,
  renderSeriesFormula,
  renderSeriesTable,
} from './series-table.ts';

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
write('schemas/probe.json', renderProbeSchema());

const SECTIONS = {
  'docs/doctor.md': {
    'finding table': renderFindingsTable(),
    findings: renderFindings(),
    'module fields': renderModuleFields(),
    'probe metrics': renderProbeMetrics(),
  },
  'docs/scale.md': {
    'series formula': renderSeriesFormula(),
    'series additions': renderSeriesAdditions(),
    'series table': renderSeriesTable(),
  },
};
for (const [path, sections] of Object.entries(SECTIONS)) {
  let text = readFileSync(new URL(path, root), 'utf8');
  for (const [name, content] of Object.entries(sections)) {
    text = replaceSection(text, name, content, path);
  }
  write(path, text);
}
if (isCheck && differs) process.exitCode = 1;
