/**
 * `npm run fleet`: what 1,000 instances of 10,000 streams ask of the real Prometheus,
 * its rules and the dashboards. Needs `npm run build:stack`.
 *
 *   --instances N   instead of 1,000
 *   --write         writes docs/scale.md, and what CI compares its short form with
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { replaceBetween } from '../scripts/docs/markdown.ts';
import { type FullFleet, summarize, TABLE } from './fleet/full.ts';
import { findMisses, renderFleet } from './fleet/report.ts';
import { simulateFleet } from './fleet/simulate.ts';
import { describeMachine } from './report.ts';

const INSTANCES = 1000;
const STREAMS = 10_000;
/** Eight evaluations. */
const EVALUATION_SECONDS = 120;
const MARKS = [
  '<!-- fleet: written by npm run fleet -- --write -->',
  '<!-- /fleet -->',
] as const;

try {
  await fleet();
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}

async function fleet(): Promise<void> {
  const { instances, write } = readFlags();
  const machine = describeMachine();
  console.log(machine);
  const outcome = await simulateFleet({
    instances,
    streams: STREAMS,
    evaluationSeconds: EVALUATION_SECONDS,
    say: (line) => console.log(line),
  });
  const figures = renderFleet(outcome);
  console.log(`\n${figures}`);
  const misses = findMisses(outcome);
  for (const miss of misses) console.error(`missed: ${miss}`);
  if (misses.length > 0) process.exitCode = 1;
  if (write)
    writeTables(`Measured on ${machine}.\n\n${figures}`, summarize(outcome));
}

function readFlags() {
  const { values } = parseArgs({
    options: {
      instances: { type: 'string', default: String(INSTANCES) },
      write: { type: 'boolean', default: false },
    },
  });
  const { instances, write } = values;
  if (!/^[1-9]\d{0,4}$/.test(instances)) {
    throw new Error(
      `--instances is ${JSON.stringify(instances)}: give a whole number up to 99999, such as 100`,
    );
  }
  if (write && instances !== String(INSTANCES)) {
    throw new Error(
      `--write is for ${INSTANCES} instances: without --instances`,
    );
  }
  return { instances: Number(instances), write };
}

function writeTables(figures: string, full: FullFleet): void {
  const page = new URL('../docs/scale.md', import.meta.url);
  const text = readFileSync(page, 'utf8');
  writeFileSync(page, replaceBetween(text, MARKS, figures, 'docs/scale.md'));
  writeFileSync(TABLE, `${JSON.stringify(full, undefined, 2)}\n`);
}
