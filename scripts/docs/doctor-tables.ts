import { COMPARE_CHECKS } from '../../src/doctor/compare/compare-checks.ts';
import type { FindingKind } from '../../src/doctor/findings/check.ts';
import { FAMILIES } from '../../src/doctor/findings/findings.ts';
import {
  MODULE_FIELDS,
  type ModuleField,
} from '../../src/doctor/probe/module-fields.ts';
import { createSchema } from '../../src/doctor/probe/schema.ts';
import { table } from './markdown.ts';
import { code } from './metric-tables.ts';

/** Every kind of finding in its family. */
const FINDING_FAMILIES: readonly (readonly [string, readonly FindingKind[]])[] =
  [...FAMILIES, ['Two ways to one stream', COMPARE_CHECKS]];

/** Every finding in a line. */
export function renderFindingsTable(): string {
  const rows = FINDING_FAMILIES.flatMap(([family, kinds]) =>
    kinds.map(({ id, severity, title }) => [
      `[${code(id)}](#${id})`,
      severity,
      title,
      family,
    ]),
  );
  return table(['Finding', 'Severity', 'What is wrong', 'About'], rows);
}

/** Every finding with its reason and its mend, under a heading of its name. */
export function renderFindings(): string {
  return FINDING_FAMILIES.map(([family, kinds]) =>
    [`## ${family}`, ...kinds.map(renderFinding)].join('\n\n'),
  ).join('\n\n');
}

function renderFinding(kind: FindingKind): string {
  const { id, severity, title, why, change } = kind;
  return [
    `### ${id}`,
    `**${title}** (${severity}). ${why}`,
    `*Change:* ${change}`,
  ].join('\n\n');
}

/** Every field of a module. */
export function renderModuleFields(): string {
  const fields = Object.entries<ModuleField>(MODULE_FIELDS);
  return table(
    ['Field', 'Type', 'Default', 'Meaning'],
    fields.map(([name, field]) => [
      code(name),
      field.values?.map((one) => code(JSON.stringify(one))).join(', ') ??
        (field.type === 'headers' ? 'object of texts' : field.type),
      field.default === undefined ? '' : code(JSON.stringify(field.default)),
      field.description,
    ]),
  );
}

/** `schemas/probe.json`. */
export function renderProbeSchema(): string {
  return `${JSON.stringify(createSchema(), undefined, 2)}\n`;
}
