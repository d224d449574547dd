// The packages that the page imports, as npm installed them: there is no build step.
// A bundler would make one file of them.
import { readdirSync, readFileSync } from 'node:fs';
import { findPackageJSON } from 'node:module';
import { dirname, join, posix } from 'node:path';

/** What the page names; what these need comes with them. */
const NAMES = new URL('../../public/packages.json', import.meta.url);

/**
 * @typedef {object} ImportMap - as `<script type="importmap">` has it.
 * @property {Record<string, string>} imports
 * @property {Record<string, Record<string, string>>} scopes
 */

/**
 * Finds the modules of each package, once.
 *
 * @param {string} base - URL of the file from whose place they are looked for.
 * @returns {{ importMap: ImportMap, modules: Map<string, string> }}
 * `modules`: the file of each path that a browser may ask for.
 * @throws Error that names a package which is not installed.
 */
export function findPackages(base) {
  /** @type {ImportMap} */
  const importMap = { imports: {}, scopes: {} };
  /** @type {Map<string, string>} */
  const modules = new Map();
  const known = new Set();

  function add(/** @type {string} */ name, /** @type {string} */ from) {
    if (known.has(name)) return;
    known.add(name);
    const file = findPackageJSON(name, from);
    if (file === undefined) throw new Error(`${name} is not installed`);
    const {
      exports,
      imports = {},
      dependencies = {},
    } = JSON.parse(readFileSync(file, 'utf8'));
    const path = `packages/${name}/`;
    for (const [key, target] of listTargets(exports, path)) {
      importMap.imports[posix.join(name, key)] = target;
    }
    const own = listTargets(imports, path);
    if (own.length > 0) importMap.scopes[`./${path}`] = Object.fromEntries(own);
    for (const module of listModules(join(dirname(file), 'dist'))) {
      modules.set(
        `/${path}dist/${module}`,
        join(dirname(file), 'dist', module),
      );
    }
    for (const needed of Object.keys(dependencies)) add(needed, file);
  }

  for (const name of JSON.parse(readFileSync(NAMES, 'utf8'))) add(name, base);
  return { importMap, modules };
}

/**
 * @param {Record<string, unknown>} entries - `exports` or `imports`.
 * @param {string} path
 * @returns {[key: string, target: string][]} those of a browser.
 */
function listTargets(entries, path) {
  return Object.entries(entries).flatMap(([key, entry]) => {
    const target = chooseTarget(entry);
    const isModule = /\.m?js$/.test(target ?? '');
    return isModule ? [[key, `./${posix.join(path, String(target))}`]] : [];
  });
}

/** @returns {string | undefined} what a browser gets of the conditions. */
function chooseTarget(/** @type {any} */ entry) {
  if (typeof entry === 'string') return entry;
  if (entry === null || entry === undefined) return undefined;
  const condition = ['browser', 'import', 'default'].find((one) =>
    Object.hasOwn(entry, one),
  );
  return chooseTarget(entry[condition ?? 'default']);
}

function listModules(/** @type {string} */ folder) {
  const names = readdirSync(folder, { recursive: true, encoding: 'utf8' });
  return names.filter((name) => /\.m?js$/.test(name));
}
