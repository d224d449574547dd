/** examples/production as a user has it: its own packages, and ours as npm packs it. */
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
} from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';

import { ROOT } from '../scripts/packed/project.ts';
import { PACKAGE_NAME } from '../src/version.ts';
import { renameWhole } from './programs.ts';

const SOURCE = join(ROOT, 'examples', 'production');
/** What npm brings, by the hash of the lock file: fetched once. */
const CACHE = join(homedir(), '.cache', PACKAGE_NAME);
const MANIFESTS = ['package.json', 'package-lock.json', '.npmrc'];

/** A copy of the example, removed when it is disposed of. */
export interface Installed extends Disposable {
  readonly folder: string;
}

/** Copies and installs the example. The package must be built. */
export function installProduction(): Installed {
  const folder = mkdtempSync(join(tmpdir(), 'sse-production-'));
  const remove = () => rmSync(folder, { recursive: true, force: true });
  try {
    installProductionAt(folder);
  } catch (error) {
    remove();
    throw error;
  }
  return { folder, [Symbol.dispose]: remove };
}

/** Does so in a folder, which may be there. The package must be built. */
export function installProductionAt(folder: string): void {
  const packages = join(fetchPackages(), 'node_modules');
  cpSync(SOURCE, folder, {
    recursive: true,
    filter: (path) => !path.endsWith('node_modules'),
  });
  const modules = join(folder, 'node_modules');
  mkdirSync(modules);
  for (const name of readdirSync(packages)) {
    if (!name.startsWith('.')) {
      symlinkSync(join(packages, name), join(modules, name));
    }
  }
  unpackOurs(folder, join(modules, PACKAGE_NAME));
}

function fetchPackages(): string {
  const hash = createHash('sha256');
  for (const name of MANIFESTS) hash.update(readFileSync(join(SOURCE, name)));
  const cached = join(CACHE, `production-${hash.digest('hex').slice(0, 12)}`);
  if (existsSync(cached)) return cached;
  mkdirSync(CACHE, { recursive: true });
  const temporary = mkdtempSync(`${cached}.`);
  try {
    for (const name of MANIFESTS) {
      cpSync(join(SOURCE, name), join(temporary, name));
    }
    npm(temporary, 'ci', '--ignore-scripts');
    renameWhole(temporary, cached);
  } finally {
    rmSync(temporary, { recursive: true, force: true });
  }
  return cached;
}

function unpackOurs(folder: string, to: string): void {
  mkdirSync(to);
  npm(ROOT, 'pack', '--ignore-scripts', '--pack-destination', folder);
  const [tarball = ''] = readdirSync(folder).filter((name) =>
    name.endsWith('.tgz'),
  );
  const path = join(folder, tarball);
  execFileSync('tar', ['-xzf', path, '-C', to, '--strip-components=1']);
  rmSync(path);
}

/** The npm that runs this, else the one on the PATH. */
function npm(cwd: string, ...args: string[]): void {
  const path = process.env['npm_execpath'];
  const quiet = ['--no-audit', '--no-fund', '--loglevel=error'];
  const [command, first] =
    path === undefined ? ['npm', []] : [process.execPath, [path]];
  execFileSync(command, [...first, ...args, ...quiet], {
    cwd,
    // Else npm leaves a folder where temporary files are.
    env: { ...process.env, NODE_DISABLE_COMPILE_CACHE: '1' },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
}
