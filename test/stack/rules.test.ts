import { execFile } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { buildProgram } from '../../stack/programs.ts';
import { pathOf } from './support/files.ts';

const RULES = readdirSync(pathOf('prometheus/rules'));
const TESTS = readdirSync(pathOf('prometheus/tests'));

async function promtool(...args: string[]): Promise<string> {
  const run = promisify(execFile);
  return run(await buildProgram('promtool'), args).then(
    ({ stdout }) => stdout,
    (error: { stdout: string; stderr: string }) => {
      throw new Error(
        `promtool ${args.join(' ')}\n${error.stdout}${error.stderr}`,
      );
    },
  );
}

test('every file of rules has a file of tests', () => {
  expect(TESTS).toEqual(RULES);
});

test.each(RULES)('promtool finds nothing in rules/%s', async (file) => {
  const path = pathOf(`prometheus/rules/${file}`);
  const flags = ['--lint=all', '--lint-fatal'];
  expect(await promtool('check', 'rules', ...flags, path)).toContain('SUCCESS');
});

test.each(TESTS)('the rules pass tests/%s', async (file) => {
  const path = pathOf(`prometheus/tests/${file}`);
  expect(await promtool('test', 'rules', path)).toContain('SUCCESS');
});
