import type { Stack } from '../../../../stack/stack.ts';
import { until } from '../../../support/poll.ts';
import type { Drill } from './drill.ts';
import { readFirings } from './firings.ts';
import { type DrillResult, judge } from './judge.ts';
import type { Notifications } from './notifications.ts';
import { FACTOR, parseDuration } from './pace.ts';
import { createStage } from './stage.ts';

/** Of real life: what a busy machine may take longer than the watch. */
const PATIENCE_MS = parseDuration('15m') / FACTOR;

/** Runs one drill on a stack, and judges it. */
export async function runDrill(
  drill: Drill,
  stack: Stack,
  notifications: Notifications,
): Promise<DrillResult> {
  const startedAt = Date.now();
  const stage = createStage(drill, stack);
  const failures: string[] = [];
  const look = async () =>
    judge({
      drill,
      faultAt: stage.faultAt(),
      firings: await readFirings(
        stack.urlOf('prometheus:9090'),
        `job="${stage.job}"`,
        startedAt,
      ),
      notifications: notifications.list(),
      failures,
    });
  try {
    await drill.run(stage);
    if (stage.faultAt() === undefined) throw new Error('no fault began');
    await stage.pass(drill.watched);
    // What is still missing then is a failure that the result has.
    await until(
      'everybody told',
      look,
      ({ detections }) => detections.every(({ silent }) => !silent.length),
      PATIENCE_MS,
    ).catch(() => undefined);
  } catch (error) {
    failures.push(String(error));
  }
  const result = await look();
  const ended = await stage.end().then(
    () => [],
    (error: unknown) => [String(error)],
  );
  return { ...result, failures: [...result.failures, ...ended] };
}
