// A page that shows the events, and measures its stream where there is a Collector.
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import express from 'express';

import { findPackages } from './packages.js';

const PUBLIC = fileURLToPath(new URL('../../public', import.meta.url));
/** What measures comes before it. */
const SCRIPT = '<script type="module" src="page.js">';

/**
 * @param {string | undefined} otlpUrl - origin of the Collector that the page sends to.
 * @throws Error that names a package which is not installed.
 */
export function createPage(otlpUrl) {
  const files = express.static(PUBLIC);
  if (otlpUrl === undefined) return files;

  const { importMap, modules } = findPackages(import.meta.url);
  const { html, policy } = createMeasuredPage(otlpUrl, importMap);
  const router = express.Router();
  router.get(['/', '/index.html'], (_request, response) => {
    response.set('Content-Security-Policy', policy);
    response.set('Cache-Control', 'no-cache');
    response.type('html').send(html);
  });
  // Only what was there at the start can be asked for.
  router.get('/packages/*path', (request, response, next) => {
    const file = modules.get(request.path);
    if (file === undefined) next();
    else response.sendFile(file, { dotfiles: 'allow' });
  });
  return router.use(files);
}

/**
 * @param {string} otlpUrl
 * @param {import('./packages.js').ImportMap} importMap - its paths are relative: the page
 * may be below any path of a proxy.
 */
function createMeasuredPage(otlpUrl, importMap) {
  // Import maps cannot be files of their own; the policy knows it by its hash.
  const imports = JSON.stringify(importMap);
  const hash = createHash('sha256').update(imports).digest('base64');
  const added = [
    `<meta name="otlp-url" content="${otlpUrl}">`,
    `<script type="importmap">${imports}</script>`,
    '<script type="module" src="measure.js"></script>',
    SCRIPT,
  ].join('\n  ');
  return {
    html: readFileSync(join(PUBLIC, 'index.html'), 'utf8').replace(
      SCRIPT,
      () => added,
    ),
    policy: `default-src 'self'; img-src data:; script-src 'self' 'sha256-${hash}'; connect-src 'self' ${otlpUrl}`,
  };
}
