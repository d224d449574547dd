import { PROCESS_METRICS } from '../../../src/semconv.ts';
import { LABELS, PER_INSTANCE, showLabels } from '../../labels.ts';
import { divide, eachNow } from '../../queries.ts';
import { selectRecorded } from '../../series.ts';

const P = PROCESS_METRICS;

/** Legend of what is by instance. */
export const INSTANCE = showLabels(LABELS.instance);

/** What a rule records of the heap. */
export function queryHeapRule(operation: string): string {
  return selectRecorded(PER_INSTANCE.join('_'), P.heapUsed, operation);
}

/** Descriptors of each instance, of its limit. */
export function queryDescriptorRatio(): string {
  return divide(eachNow(P.fileDescriptorCount), eachNow(P.fileDescriptorLimit));
}
