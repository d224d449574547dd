import { readdirSync, readFileSync } from 'node:fs';
import { parse } from 'yaml';

interface RuleFile {
  readonly groups: readonly {
    readonly rules: readonly { readonly record?: string }[];
  }[];
}

const RULES = new URL('../../../prometheus/rules/', import.meta.url);

/** Names of all series that the rules of `prometheus/rules/` record. */
export const RECORDED: ReadonlySet<string> = new Set(
  readdirSync(RULES)
    .filter((name) => name.endsWith('.yaml'))
    .flatMap((name) => listRecords(readFileSync(new URL(name, RULES), 'utf8'))),
);

function listRecords(text: string): string[] {
  const { groups } = parse(text) as RuleFile;
  return groups.flatMap(({ rules }) =>
    rules.flatMap(({ record }) => (record === undefined ? [] : [record])),
  );
}
