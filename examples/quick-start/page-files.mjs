import { readdir, readFile } from 'node:fs/promises';
import { extname } from 'node:path';

const TYPES = new Map([
  ['.html', 'text/html'],
  ['.css', 'text/css'],
  ['.js', 'text/javascript'],
  ['.svg', 'image/svg+xml'],
]);

/**
 * Reads the page once: only what is in the folder at the start can be asked for.
 *
 * @returns {Promise<Map<string, { type: string, body: Buffer }>>} by path; the
 * page itself also by `/`.
 */
export async function readPage() {
  const folder = new URL('./page/', import.meta.url);
  const files = new Map();
  for (const name of await readdir(folder)) {
    const type = TYPES.get(extname(name));
    if (type === undefined) continue;
    const body = await readFile(new URL(name, folder));
    files.set(`/page/${name}`, { type, body });
  }
  files.set('/', files.get('/page/index.html'));
  return files;
}
