import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { readAlerts } from '../../../scripts/rules/alerts.ts';
import { pathOf } from '../support/files.ts';
import { findDrills } from './support/run-drills.ts';

const drills = await findDrills();
const page = readFileSync(pathOf('docs/drills.md'), 'utf8');
const lines = page.split('\n').filter((line) => line.startsWith('| '));

test.each(drills)('docs/drills.md has figures of $name', (drill) => {
  const { name, title, expected } = drill;
  const own = lines.filter((line) => line.includes(`| \`${name}\` |`));
  const alerts = own.map((line) => /\| `(Sse\w+)` \|/.exec(line)?.[1]);
  expect(own.every((line) => line.startsWith(`| ${title} |`))).toBe(true);
  expect(alerts).toEqual(expected.length > 0 ? expected : [undefined]);
});

test('docs/drills.md has no drill that is gone', () => {
  const names = lines.flatMap(
    (line) => /\| `([a-z-]+)` \|/.exec(line)?.[1] ?? [],
  );
  expect([...new Set(names)].sort()).toEqual(
    drills.map(({ name }) => name).sort(),
  );
});

test('drills expect and allow alerts that there are', () => {
  const known = new Set(readAlerts().map(({ name }) => name));
  const named = drills.flatMap(({ expected, allowed = {} }) => [
    ...expected,
    ...Object.keys(allowed),
  ]);
  expect(named.filter((name) => !known.has(name))).toEqual([]);
});
