import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';

/** Only root has these on its PATH everywhere. */
const SYSTEM_FOLDERS = ['/usr/sbin', '/usr/local/sbin', '/opt/homebrew/bin'];

const MISSING = `nginx is missing. Install it, on Debian or Ubuntu:
  apt-get install nginx-light`;

/** @returns the path of nginx. @throws Error with the command that installs it. */
export function findNginx(folders: readonly string[] = listFolders()): string {
  const found = folders
    .map((folder) => join(folder, 'nginx'))
    .find(isExecutable);
  if (found === undefined) throw new Error(MISSING);
  return found;
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
