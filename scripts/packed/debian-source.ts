/**
 * Sources as Debian keeps them, with the tests that packages of npm leave out.
 * Needs apt-get and no rights: the lists that it loads are its own.
 */
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { run } from './project.ts';

const SOURCES = '/etc/apt/sources.list.d/debian.sources';

/** Where sources are loaded into, with what options. */
export interface DebianSources {
  readonly folder: string;
  readonly options: readonly string[];
}

/** @returns `undefined` on a machine that is not Debian's. */
export async function openDebianSources(
  folder: string,
): Promise<DebianSources | undefined> {
  if (!existsSync(SOURCES)) return undefined;
  mkdirSync(join(folder, 'lists', 'partial'), { recursive: true });
  const list = join(folder, 'debian.sources');
  const text = readFileSync(SOURCES, 'utf8');
  writeFileSync(list, text.replaceAll(/^Types:.*$/gm, 'Types: deb-src'));
  const options = [
    `Dir::Etc::sourcelist=${list}`,
    'Dir::Etc::sourceparts=/dev/null',
    `Dir::State::lists=${join(folder, 'lists')}`,
  ].flatMap((option) => ['-o', option]);
  const sources = { folder, options };
  await apt(sources, 'update');
  return sources;
}

/**
 * Loads upstream's part of a source package.
 *
 * @param into - gets its files.
 * @returns whether it was to be had.
 */
export async function unpackDebianSource(
  sources: DebianSources,
  name: string,
  version: string,
  into: string,
): Promise<boolean> {
  // Other parts of it, which nobody needs, are not always there.
  await apt(
    sources,
    'source',
    '--download-only',
    '--tar-only',
    `${name}=${version}`,
  );
  const archive = readdirSync(sources.folder).find(
    (file) => file.startsWith(`${name}_`) && file.endsWith('.orig.tar.gz'),
  );
  if (archive === undefined) return false;
  const path = join(sources.folder, archive);
  const args = ['xzf', path, '-C', into, '--strip-components=1'];
  return (await run('tar', args, {})) === 0;
}

async function apt(
  { folder, options }: DebianSources,
  ...args: string[]
): Promise<void> {
  await run('apt-get', ['-qq', ...options, ...args], {
    cwd: folder,
    stdio: 'ignore',
    timeout: 120_000,
  });
}
