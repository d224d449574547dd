import { fileURLToPath } from 'node:url';

/** @returns the path of a file of the repository. */
export function pathOf(file: string): string {
  return fileURLToPath(new URL(`../../../${file}`, import.meta.url));
}
