import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { runPromtool } from '../../support/promtool.ts';
import type { Drill, PastSeries } from './drill.ts';
import { FACTOR, parseDuration } from './pace.ts';

/** Of real life. */
const STEP_SECONDS = 15;

/**
 * Writes what drills say was before, as blocks that Prometheus finds in its folder.
 *
 * @param folder - where Prometheus will store its data.
 */
export async function backfill(
  drills: readonly Drill[],
  folder: string,
): Promise<void> {
  const now = Date.now() / 1000;
  const lines = drills.flatMap(({ name, history = [] }) =>
    history.flatMap((series) => describeSeries(`sse/${name}`, series, now)),
  );
  if (lines.length === 0) return;
  mkdirSync(folder, { recursive: true });
  const file = join(folder, 'history.om');
  writeFileSync(file, [...lines, '# EOF', ''].join('\n'));
  await runPromtool(
    ...['tsdb', 'create-blocks-from', 'openmetrics', '--quiet', file, folder],
  );
  rmSync(file);
}

/** Lines of a series, oldest first, with the times of a drill. */
function describeSeries(
  job: string,
  { metric, labels = {}, since, value }: PastSeries,
  now: number,
): string[] {
  const pairs = Object.entries({ job, ...labels })
    .map(([name, text]) => `${name}=${JSON.stringify(text)}`)
    .join(',');
  const steps = Math.floor(parseDuration(since) / 1000 / STEP_SECONDS);
  return Array.from({ length: steps }, (_, index) => {
    const secondsAgo = (steps - index) * STEP_SECONDS;
    const figure = typeof value === 'number' ? value : value(secondsAgo);
    const time = (now - secondsAgo / FACTOR).toFixed(3);
    return `${metric}{${pairs}} ${figure} ${time}`;
  });
}
