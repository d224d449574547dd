import { cp, mkdir, mkdtemp, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));
const NAME = 'opentelemetry-instrumentation-sse';

/** A folder of an application that installed us, and a few other packages. */
export interface Installation extends AsyncDisposable {
  readonly path: string;
  /** The file behind the door of our package. */
  readonly register: string;
}

/**
 * Installs the built package in a folder of its own.
 *
 * @param packages - what is installed beside it, and nothing else.
 * @param layout - `strict`: as pnpm does it; the application sees us alone.
 */
export async function install(
  packages: readonly string[],
  layout: 'flat' | 'strict' = 'flat',
): Promise<Installation> {
  const path = await mkdtemp(join(tmpdir(), 'register-'));
  const modules = join(path, 'node_modules');
  const store =
    layout === 'flat'
      ? modules
      : join(modules, '.store', 'sse', 'node_modules');
  const own = join(store, NAME);
  await mkdir(own, { recursive: true });
  for (const part of ['dist', 'package.json']) {
    await cp(join(ROOT, part), join(own, part), { recursive: true });
  }
  if (layout === 'strict') await symlink(own, join(modules, NAME));
  for (const name of packages) {
    const link = join(store, name);
    await mkdir(dirname(link), { recursive: true });
    await symlink(join(ROOT, 'node_modules', name), link);
  }
  return {
    path,
    register: join(own, 'dist', 'register.js'),
    [Symbol.asyncDispose]: () => rm(path, { recursive: true }),
  };
}
