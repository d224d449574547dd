/** Copies of the configuration files, with the addresses of this machine. */
import {
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join, relative } from 'node:path';

import { ROOT } from '../scripts/packed/project.ts';
import { type Places, replaceAddresses } from './addresses.ts';

/** Files and folders of the repository, by the part that reads them. */
const CONFIGS = [
  ['nginx', 'deploy/nginx/nginx.conf'],
  ['otel-collector', 'otel-collector/config.yaml'],
  ['prometheus', 'prometheus/prometheus.yaml'],
  ['prometheus', 'prometheus/rules'],
  ['alertmanager', 'alertmanager/alertmanager.yaml'],
  ['alertmanager', 'alertmanager/templates'],
] as const;

/** What a container has for itself. */
const TEMPORARY = ' /tmp/';

/**
 * Copies all configuration files into a folder; each keeps its path.
 *
 * @throws Error that names the file, for an address that is not known.
 */
export function copyConfigs(folder: string, places: Places): void {
  for (const [owner, path] of CONFIGS) {
    for (const file of listFiles(join(ROOT, path))) {
      const name = relative(ROOT, file);
      const copy = join(folder, name);
      mkdirSync(dirname(copy), { recursive: true });
      const text = localise(name, owner, places);
      writeFileSync(copy, text.replaceAll(TEMPORARY, ` ${folder}/`));
    }
  }
}

function localise(file: string, owner: string, places: Places): string {
  try {
    const text = readFileSync(join(ROOT, file), 'utf8');
    return replaceAddresses(text, owner, places);
  } catch (error) {
    throw new Error(`${file}: ${(error as Error).message}`);
  }
}

function listFiles(path: string): string[] {
  if (!statSync(path).isDirectory()) return [path];
  return readdirSync(path, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
}
