/**
 * `npm run soak`: one server with as many streams as it may have descriptors, less
 * 2,000, of which a million are opened and closed.
 *
 *   --connections N   held at the same time
 *   --total N         opened and closed in all
 *   --check           2,000 and 60,000, as CI does
 *   --write           writes docs/scale.md
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { replaceBetween } from '../scripts/docs/markdown.ts';
import { describeMachine } from './report.ts';
import { readFlags } from './soak/flags.ts';
import { judgeSoak } from './soak/judge.ts';
import type { SoakPlan } from './soak/plan.ts';
import { renderProgress, renderSoak } from './soak/report.ts';
import { runSoak } from './soak/run.ts';

const START = '<!-- soak: written by npm run soak -- --write -->';
const END = '<!-- /soak -->';
const PROGRESS_MS = 10_000;

try {
  await soak();
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}

async function soak(): Promise<void> {
  const flags = readFlags(process.argv.slice(2));
  console.log(describeMachine());
  let shownAt = performance.now();
  const record = await runSoak(flags, {
    onPlan: announce,
    onRound(sample, counts) {
      if (performance.now() - shownAt < PROGRESS_MS) return;
      shownAt = performance.now();
      console.log(renderProgress(sample, counts));
    },
  });
  const figures = renderSoak(record);
  console.log(`\n${figures}`);
  const complaints = judgeSoak(record);
  for (const complaint of complaints) console.error(`failed: ${complaint}`);
  if (complaints.length > 0) process.exitCode = 1;
  else if (flags.write) writePage(figures);
}

function announce(plan: SoakPlan, limit: number): void {
  const show = (number: number) => number.toLocaleString('en');
  console.log(
    `${show(limit)} descriptors: ${show(plan.connections)} connections, ` +
      `${show(plan.total)} in all, by ${plan.processes} client processes ` +
      `at ${plan.addresses} loopback addresses`,
  );
}

function writePage(figures: string): void {
  const page = new URL('../docs/scale.md', import.meta.url);
  const text = readFileSync(page, 'utf8');
  const written = replaceBetween(text, [START, END], figures, 'docs/scale.md');
  writeFileSync(page, written);
}
