import { join } from 'node:path';
import { type Stack, startStack } from '../../../../stack/stack.ts';
import { compressConfigs, PROMETHEUS_FLAGS } from './compress-configs.ts';
import type { Drill } from './drill.ts';
import { backfill } from './history.ts';
import { divideDuration, INTERVAL_MS, parseDuration } from './pace.ts';

/** Where the applications of drills are. */
const PROGRAMS = join(import.meta.dirname, '..', 'programs');

/** @returns the path of a program of a drill. */
export function findProgram(name: string): string {
  return join(PROGRAMS, name);
}

/** Flags of every application of a drill. */
export const APP_FLAGS: readonly string[] = ['--max-semi-space-size=1'];

/** Variables of every application of a drill: what is a time is divided. */
export const APP_VARIABLES: Readonly<Record<string, string>> = {
  OTEL_SSE_STALL_AFTER_SECONDS: String(
    parseDuration(divideDuration('90s')) / 1000,
  ),
};

/**
 * Starts the stack with everything compressed, and the history of its drills.
 *
 * @param onDeath - told of a part that ended by itself.
 */
export async function startDrillStack(
  drills: readonly Drill[],
  onDeath: (error: Error) => void,
): Promise<Stack> {
  const fleets = drills.filter(({ fleet }) => fleet !== undefined);
  if (fleets.length > 1) throw new Error('one drill of a stack has the fleet');
  const [drill] = fleets;
  const { NODE_OPTIONS = '', ...env } = drill?.fleet?.env ?? {};
  return startStack({
    app: {
      service: drill?.name ?? 'bystander',
      program: findProgram(drill?.fleet?.program ?? 'draining-app.mjs'),
      exportIntervalMs: INTERVAL_MS,
      env: {
        ...APP_VARIABLES,
        ...env,
        NODE_OPTIONS: [...APP_FLAGS, NODE_OPTIONS].join(' ').trim(),
      },
    },
    hasLoad: false,
    prometheusFlags: PROMETHEUS_FLAGS,
    onDeath,
    async configure(folder) {
      compressConfigs(folder);
      await backfill(drills, join(folder, 'prometheus-data'));
    },
  });
}
