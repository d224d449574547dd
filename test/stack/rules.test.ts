import { readdirSync } from 'node:fs';
import { expect, test } from 'vitest';
import { pathOf } from './support/files.ts';
import { runPromtool } from './support/promtool.ts';

const RULES = readdirSync(pathOf('prometheus/rules'));
const TESTS = readdirSync(pathOf('prometheus/tests'));

test('every file of rules has a file of tests', () => {
  expect(TESTS).toEqual(RULES);
});

test.each(RULES)('promtool finds nothing in rules/%s', async (file) => {
  const path = pathOf(`prometheus/rules/${file}`);
  const flags = ['--lint=all', '--lint-fatal'];
  expect(await runPromtool('check', 'rules', ...flags, path)).toContain(
    'SUCCESS',
  );
});

test.each(TESTS)('the rules pass tests/%s', async (file) => {
  const path = pathOf(`prometheus/tests/${file}`);
  expect(await runPromtool('test', 'rules', path)).toContain('SUCCESS');
});
