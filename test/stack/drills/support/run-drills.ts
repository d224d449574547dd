import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Stack } from '../../../../stack/stack.ts';
import { until } from '../../../support/poll.ts';
import { query } from '../../support/prometheus-api.ts';
import type { Drill } from './drill.ts';
import { startDrillStack } from './drill-stack.ts';
import { readFirings } from './firings.ts';
import type { DrillResult } from './judge.ts';
import { collectNotifications } from './notifications.ts';
import { parseDuration } from './pace.ts';
import { runDrill } from './run-drill.ts';

/** At once: two cores have to do for all of it. */
const AT_ONCE = 6;
/** All of the stack has been seen by then. */
const SETTLED_WITHIN_MS = 60_000;

/** What came of all drills. */
export interface DrillReport {
  readonly results: readonly DrillResult[];
  /** Alerts of no drill, as of the stack's own parts. */
  readonly strays: readonly string[];
  /** Parts that ended by themselves. */
  readonly deaths: readonly string[];
}

/** Told of each drill. */
export interface Listener {
  onStart?: (drill: Drill) => void;
  onEnd?: (result: DrillResult) => void;
}

/** @returns every drill: a file of `test/stack/drills/` each. */
export async function findDrills(): Promise<Drill[]> {
  const folder = join(import.meta.dirname, '..');
  const names = readdirSync(folder).filter((name) =>
    /^[a-z-]+\.ts$/.test(name),
  );
  return Promise.all(
    names.map(async (name) => {
      const { default: drill } = await import(join(folder, name));
      return drill as Drill;
    }),
  );
}

/** Runs drills, some at once; most of them share a stack. */
export async function runDrills(
  drills: readonly Drill[],
  { onStart, onEnd }: Listener = {},
): Promise<DrillReport> {
  const results: DrillResult[] = [];
  const strays: string[] = [];
  const deaths: string[] = [];
  const onDeath = (error: Error) => void deaths.push(error.message);

  async function run(own: readonly Drill[], atOnce: number): Promise<void> {
    if (own.length === 0) return;
    await using stack = await startDrillStack(own, onDeath);
    await settle(stack);
    const since = Date.now();
    const notifications = collectNotifications(stack.urlOf('catcher:8025'));
    // Those that take long begin first.
    const waiting = own.toSorted((one, other) => length(other) - length(one));
    const work = async () => {
      for (;;) {
        const drill = waiting.shift();
        if (drill === undefined) return;
        onStart?.(drill);
        const result = await runDrill(drill, stack, notifications);
        results.push(result);
        onEnd?.(result);
      }
    };
    await Promise.all(Array.from({ length: atOnce }, work));
    strays.push(...(await readStrays(stack, own, since)));
    await notifications.stop();
  }

  await Promise.all([
    run(
      drills.filter(({ hasOwnStack }) => !hasOwnStack),
      AT_ONCE,
    ),
    ...drills
      .filter(({ hasOwnStack }) => hasOwnStack)
      .map((drill) => run([drill], 1)),
  ]);
  results.sort(({ drill: one }, { drill: other }) =>
    one.name.localeCompare(other.name),
  );
  return { results, strays, deaths };
}

/** Waits until all that sends by itself is seen, and no alert is pending for lack of it. */
async function settle(stack: Stack): Promise<void> {
  const url = stack.urlOf('prometheus:9090');
  const ask = (expression: string) => query(url, expression);
  await until(
    'figures of the three instances and no alert',
    async () => ({
      instances: (await ask('sse_process_uptime_seconds')).length,
      alerts: (await ask('ALERTS')).map(({ labels }) => labels['alertname']),
    }),
    ({ instances, alerts }) => instances === 3 && alerts.length === 0,
    SETTLED_WITHIN_MS,
  );
}

async function readStrays(
  stack: Stack,
  drills: readonly Drill[],
  since: number,
): Promise<string[]> {
  const jobs = drills.map(({ name }) => `sse/${name}`).join('|');
  const firings = await readFirings(
    stack.urlOf('prometheus:9090'),
    `job!~"${jobs}"`,
    since,
  );
  return firings.map(
    ({ alert, labels }) => `${alert}: ${JSON.stringify(labels)}`,
  );
}

function length({ watched }: Drill): number {
  return parseDuration(watched);
}
