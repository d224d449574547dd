import { PROBE_METRICS } from '../../../src/semconv.ts';
import { LABELS } from '../../labels.ts';
import { sumNow } from '../../queries.ts';

/** What a probe is of. */
export const PER_TARGET: readonly string[] = [LABELS.target, LABELS.module];

/** The whole wait for the first event: all parts of an opening. */
export function queryFirstEvent(): string {
  return sumNow(PROBE_METRICS.duration, { by: PER_TARGET });
}
