/**
 * Renders the alerts from prometheus/alerts/ and prometheus/values/, and the same as a
 * Kubernetes resource. Flags: `--profile NAME` takes other values, `--out FOLDER` writes
 * elsewhere, `--check` writes nothing and fails when a file differs.
 */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { renderAlerts } from './rendered.ts';

const { values: flags } = parseArgs({
  options: {
    profile: { type: 'string', default: 'default' },
    out: {
      type: 'string',
      default: fileURLToPath(new URL('../..', import.meta.url)),
    },
    check: { type: 'boolean', default: false },
  },
});

let changed = 0;
for (const [path, text] of renderAlerts(flags.profile)) {
  const target = join(flags.out, path);
  if (readIfThere(target) === text) continue;
  changed += 1;
  if (flags.check) {
    console.error(`${path} is not what its sources say: npm run render:rules`);
    continue;
  }
  mkdirSync(dirname(target), { recursive: true });
  writeFileSync(target, text);
  console.log(`wrote ${path}`);
}
if (!flags.check) console.log(`${flags.profile}: ${changed} files changed`);
else if (changed > 0) process.exitCode = 1;

function readIfThere(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}
