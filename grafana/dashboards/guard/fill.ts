import { GUARD_METRICS, SERVER_METRICS } from '../../../src/semconv.ts';
import { divide, eachNow } from '../../queries.ts';

/** Streams of each instance, of the limit that its guard has. */
export function queryFillOfLimit(): string {
  return divide(
    eachNow(SERVER_METRICS.activeConnections, { isAnyRoute: true }),
    eachNow(GUARD_METRICS.connectionLimit),
  );
}
