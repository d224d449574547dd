/**
 * Writes `rendered/*.json` and the tables of README.md from the dashboards.
 * With `--check` it writes nothing and fails when they differ.
 */
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { renderFiles } from './files.ts';

const root = fileURLToPath(new URL('.', import.meta.url));
const isCheck = process.argv.includes('--check');

function readIfThere(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}

const files = renderFiles(readFileSync(`${root}README.md`, 'utf8'));
const differing: string[] = [];
for (const [path, text] of files) {
  if (readIfThere(root + path) === text) continue;
  differing.push(path);
  if (!isCheck) writeFileSync(root + path, text);
}
// A dashboard that is no longer made would go on being provisioned.
for (const name of readdirSync(`${root}rendered`)) {
  const path = `rendered/${name}`;
  if (files.has(path)) continue;
  differing.push(path);
  if (!isCheck) rmSync(root + path);
}

if (isCheck) {
  for (const path of differing) {
    console.error(
      `grafana/${path} is not what the source says: npm run render`,
    );
  }
  if (differing.length > 0) process.exitCode = 1;
} else {
  console.log(
    `grafana: ${files.size} files, ${differing.length} of them changed`,
  );
}
