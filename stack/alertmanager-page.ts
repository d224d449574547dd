import { copyFileSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';

import { runGo } from './go.ts';

const MODULE = 'github.com/prometheus/alertmanager';

/**
 * Replaces Alertmanager's module by a copy that has a web page: it embeds one, and
 * the published module has none.
 */
export async function addWebPage(folder: string): Promise<void> {
  const json = await runGo(folder, ['mod', 'download', '-json', MODULE]);
  const { Dir: original } = JSON.parse(json) as { Dir: string };
  const copy = join(folder, 'source');
  copyFiles(original, copy);
  const page = join(copy, 'ui', 'app', 'dist');
  mkdirSync(page, { recursive: true });
  writeFileSync(join(page, 'index.html'), '<title>Alertmanager</title>\n');
  await runGo(folder, ['mod', 'edit', `-replace=${MODULE}=./source`]);
}

/** Not `cpSync`: folders of the module cache are read-only, and so its copies. */
function copyFiles(from: string, to: string): void {
  const options = { recursive: true, withFileTypes: true } as const;
  for (const entry of readdirSync(from, options)) {
    if (!entry.isFile()) continue;
    const folder = join(to, relative(from, entry.parentPath));
    mkdirSync(folder, { recursive: true });
    copyFileSync(join(entry.parentPath, entry.name), join(folder, entry.name));
  }
}
