/**
 * Projects as a user has them: in a folder outside the repository, with the packed
 * package and what else they need from npm.
 */
import { type SpawnOptions, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { PACKAGE_NAME, PACKAGE_VERSION } from '../../src/version.ts';

export const ROOT: string = fileURLToPath(new URL('../..', import.meta.url));
/** The zero-code door, as flags name it. */
export const REGISTER: string = `${PACKAGE_NAME}/register`;
/** Outside the repository: several Nodes, fetched once. */
const CACHE = join(homedir(), '.cache', PACKAGE_NAME);

/** A folder of temporary projects, removed when it is disposed of. */
export interface Scratch extends Disposable {
  readonly folder: string;
  /**
   * Makes a project with a copy of a folder of the repository, the packed package
   * and `packages`.
   *
   * @param source - relative to the repository; what is in it is copied.
   * @returns its folder.
   */
  createProject(
    name: string,
    source: string,
    packages: readonly string[],
  ): Promise<string>;
}

/** Packs the package, which must be built, into a folder of its own. */
export async function createScratch(): Promise<Scratch> {
  const folder = mkdtempSync(join(tmpdir(), 'sse-packed-'));
  await npm(ROOT, 'pack', '--ignore-scripts', '--pack-destination', folder);
  return {
    folder,
    async createProject(name, source, packages) {
      const project = join(folder, name);
      cpSync(join(ROOT, source), project, { recursive: true });
      if (!existsSync(join(project, 'package.json'))) writeManifest(project);
      const tarball = `${PACKAGE_NAME}-${PACKAGE_VERSION}.tgz`;
      await npm(project, 'install', join(folder, tarball), ...packages);
      return project;
    },
    [Symbol.dispose]: () => rmSync(folder, { recursive: true, force: true }),
  };
}

/** @returns the path of a Node of that version. */
export async function fetchNode(version: string): Promise<string> {
  const folder = join(CACHE, `node-${version}`);
  const path = join(folder, 'node_modules', 'node', 'bin', 'node');
  if (existsSync(path)) return path;
  mkdirSync(folder, { recursive: true });
  writeManifest(folder);
  await npm(folder, 'install', `node@${version}`);
  return path;
}

function writeManifest(folder: string): void {
  const manifest = { private: true, allowScripts: { node: true } };
  writeFileSync(join(folder, 'package.json'), JSON.stringify(manifest));
}

/** Runs a program to its end. @returns its exit code; -1: it was killed. */
export async function run(
  command: string,
  args: readonly string[],
  options: SpawnOptions,
): Promise<number> {
  const child = spawn(command, args, {
    stdio: ['ignore', 'inherit', 'inherit'],
    timeout: 30_000,
    ...options,
  });
  const [code] = await once(child, 'exit');
  return code ?? -1;
}

/** Runs npm. @throws when it fails. */
async function npm(cwd: string, ...args: string[]): Promise<void> {
  const path = process.env['npm_execpath'];
  if (path === undefined) throw new Error('Run it by npm run');
  const quiet = ['--no-audit', '--no-fund', '--loglevel=error'];
  const code = await run(process.execPath, [path, ...args, ...quiet], {
    cwd,
    stdio: ['ignore', 'ignore', 'inherit'],
    timeout: 300_000,
  });
  if (code !== 0) throw new Error(`npm ${args[0]} failed in ${cwd}`);
}

/** Prints columns as wide as their widest cell. */
export function printTable(
  head: readonly string[],
  body: readonly (readonly string[])[],
): void {
  const widths = head.map((_, column) =>
    Math.max(...[head, ...body].map((row) => row[column]?.length ?? 0)),
  );
  console.log();
  for (const row of [head, ...body]) {
    const cells = row.map((cell, column) => cell.padEnd(widths[column] ?? 0));
    console.log(cells.join('  ').trimEnd());
  }
}
