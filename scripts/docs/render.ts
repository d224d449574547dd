/**
 * Writes docs/metrics.md, schemas/ and the tables of README.md and docs/doctor.md
 * from the source.
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

const DOCTOR = 'docs/doctor.md';
const SECTIONS = {
  'finding table': renderFindingsTable(),
  findings: renderFindings(),
  'module fields': renderModuleFields(),
  'probe metrics': renderProbeMetrics(),
};
let doctor = readFileSync(new URL(DOCTOR, root), 'utf8');
for (const [name, content] of Object.entries(SECTIONS)) {
  doctor = replaceSection(doctor, name, content, DOCTOR);
}
write(DOCTOR, doctor);
if (isCheck && differs) process.exitCode = 1;
