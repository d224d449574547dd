/** Builds all programs of the stack. Ends with a table. */
import { dirname } from 'node:path';
import { printTable } from '../scripts/packed/project.ts';
import { fetchSchemaModules } from './kubernetes-schemas.ts';
import { PROGRAM_NAMES, prepareProgram } from './programs.ts';

const rows: string[][] = [];
const built = new Set<string>();
try {
  for (const name of PROGRAM_NAMES) {
    const start = performance.now();
    const { path, version, isCached } = await prepareProgram(name);
    const seconds = ((performance.now() - start) / 1000).toFixed(0);
    if (!isCached) built.add(dirname(path));
    const state = built.has(dirname(path)) ? 'built' : 'cached';
    rows.push([name, version, seconds, state]);
    console.log(`${name} ${version}: ready`);
  }
  const start = performance.now();
  const { kubernetes } = await fetchSchemaModules();
  const seconds = ((performance.now() - start) / 1000).toFixed(0);
  rows.push(['schemas', kubernetes.version, seconds, 'fetched']);
  console.log(`schemas of Kubernetes ${kubernetes.version}: ready`);
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
printTable(['program', 'version', 'seconds', ''], rows);
