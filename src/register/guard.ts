import { isMainThread } from 'node:worker_threads';
import {
  createSseGuard,
  SSE_GUARD_PRESETS,
  type SseGuardOptions,
} from '../guard.ts';
import {
  findUnknown,
  GUARD_VARIABLES,
  readGuardSettings,
} from './guard-variables.ts';
import { log } from './log.ts';

/**
 * Guards every server of this process, as the environment says.
 *
 * @param trustProxy - as for the metrics.
 */
export function startGuard(
  trustProxy: number | readonly string[] | undefined,
): void {
  for (const name of findUnknown()) log.warn(mendOf(name));
  const { preset, drainSeconds, readinessPath, ...options } =
    readGuardSettings();
  const limits = SSE_GUARD_PRESETS[preset as keyof typeof SSE_GUARD_PRESETS];
  const guard = createSseGuard({
    ...limits,
    ...(options as SseGuardOptions),
    ...(trustProxy !== undefined && { trustProxy }),
  });
  guard.guardServers({ readinessPath: readinessPath as string | undefined });
  // A worker thread gets no signals.
  if (drainSeconds === undefined || !isMainThread) return;
  guard.drainOnSignal({ seconds: drainSeconds as number });
}

/** Says which variable a wrong name most likely means. */
function mendOf(name: string): string {
  const near = GUARD_VARIABLES.find(
    (known) => known.name.startsWith(name) || name.startsWith(known.name),
  );
  const names = GUARD_VARIABLES.map((known) => known.name).join(', ');
  return near === undefined
    ? `${name} is no variable of the guard; they are ${names}`
    : `${name} is no variable of the guard; did you mean ${near.name}?`;
}
