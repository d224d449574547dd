import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';

/** Not all of these are on everybody's PATH. */
const SYSTEM_FOLDERS = [
  '/usr/bin',
  '/usr/sbin',
  '/usr/local/sbin',
  '/opt/homebrew/bin',
];

/** @returns the path of nginx. @throws Error with the command that installs it. */
export function findNginx(folders?: readonly string[]): string {
  return find('nginx', 'nginx-light', folders);
}

/** @returns the path of Redis. @throws Error with the command that installs it. */
export function findRedis(folders?: readonly string[]): string {
  return find('redis-server', 'redis-server', folders);
}

function find(
  name: string,
  debianPackage: string,
  folders: readonly string[] = listFolders(),
): string {
  const found = folders.map((folder) => join(folder, name)).find(isExecutable);
  if (found !== undefined) return found;
  throw new Error(`${name} is missing. Install it, on Debian or Ubuntu:
  apt-get install ${debianPackage}`);
}

function listFolders(): string[] {
  const path = process.env['PATH'] ?? '';
  return [...path.split(delimiter), ...SYSTEM_FOLDERS];
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
