import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { extname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { findPackages } from '../production/src/page/packages.js';

const TYPES = new Map([
  ['.html', 'text/html'],
  ['.css', 'text/css'],
  ['.js', 'text/javascript'],
  ['.mjs', 'text/javascript'],
  ['.svg', 'image/svg+xml'],
]);

/** What it has in common with the other example. */
const SHARED = '/production/public/browser-metrics.js';

/**
 * What the page is made of: only what is there at the start can be asked for.
 *
 * @typedef {object} PageFiles
 * @property {string} policy - the page's `Content-Security-Policy`.
 * @property {(path: string) => (() => Promise<{ type: string, body: string | Buffer }>) | undefined} find
 */

/**
 * @param {string} otlpUrl - of the Collector that the page sends to, or nothing.
 * @returns {Promise<PageFiles>}
 */
export async function readPage(otlpUrl) {
  const { importMap, modules } = findPackages(import.meta.url);
  const folder = new URL('./page/', import.meta.url);
  const paths = new Map(modules);
  // Where `../../production` of a module in /page/ leads a browser.
  paths.set(SHARED, fileURLToPath(new URL(`..${SHARED}`, import.meta.url)));
  for (const name of await readdir(folder)) {
    paths.set(`/page/${name}`, fileURLToPath(new URL(name, folder)));
  }
  // Import maps cannot be files of their own; the policy knows it by its hash.
  const imports = JSON.stringify(importMap);
  const hash = createHash('sha256').update(imports).digest('base64');
  const html = (await readFile(new URL('index.html', folder), 'utf8'))
    .replace('{ "imports": {} }', () => imports)
    .replace('content="otlp"', () => `content="${otlpUrl}"`);
  const page = async () => ({ type: 'text/html', body: html });
  return {
    policy: `default-src 'self'; script-src 'self' 'sha256-${hash}'; connect-src 'self' ${otlpUrl}`,
    find(path) {
      if (path === '/') return page;
      const file = paths.get(path);
      const type = TYPES.get(extname(path));
      if (file === undefined || type === undefined) return undefined;
      return async () => ({ type, body: await readFile(file) });
    },
  };
}
