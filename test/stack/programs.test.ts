import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import {
  PROGRAM_NAMES,
  type ProgramName,
  prepareProgram,
} from '../../stack/programs.ts';
import { pathOf } from './support/files.ts';

function read(name: string): string {
  return readFileSync(pathOf(`stack/programs/collector/${name}`), 'utf8');
}

/** How a program shows that it runs, where it is not by `--version`. */
const SHOW_VERSION: Partial<Record<ProgramName, [string[], string]>> = {
  kustomize: [['version'], 'v5'],
  kubeconform: [['-v'], 'development'],
  'victoria-metrics': [['--help'], '-storageDataPath'],
};

test.each(PROGRAM_NAMES)('%s is built once, and runs', async (name) => {
  const { path, version, isCached } = await prepareProgram(name);
  expect(version).toMatch(/^v\d+\.\d+\.\d+$/);
  expect(isCached).toBe(true);
  const [args, printed] = SHOW_VERSION[name] ?? [['--version'], 'version'];
  const { stdout } = await promisify(execFile)(path, args);
  expect(stdout).toContain(printed);
});

/** Modules with their versions, as the first group of a pattern. */
function findModules(text: string, pattern: RegExp): (string | undefined)[] {
  return Array.from(text.matchAll(pattern), ([, module]) => module).sort();
}

test('the sources of the Collector are those that builder.yaml names', () => {
  const named = findModules(read('builder.yaml'), /gomod: (\S+ v\S+)/g);
  const sources = read('components.go') + read('main.go');
  expect(findModules(sources, /"(\S+ v[\d.]+)"/g)).toEqual(named);
  const required = findModules(read('go.mod'), /^\t(\S+ v\S+)/gm);
  expect(named.filter((module) => !required.includes(module))).toEqual([]);
});
