import { SERVER_METRICS } from '../../../src/semconv.ts';
import { divide, sumNow, sumRate } from '../../queries.ts';

const S = SERVER_METRICS;

/** How well batching works. */
export function queryEventsPerWrite(by: readonly string[] = []): string {
  return divide(sumRate(S.sentEvents, { by }), sumRate(S.writes, { by }));
}

/** How well compression works. */
export function queryWirePerContent(by: readonly string[] = []): string {
  return divide(sumRate(S.wireSize, { by }), sumRate(S.contentSize, { by }));
}

/** Events a second that one connection gets. */
export function queryEventsPerConnection(by: readonly string[] = []): string {
  return divide(
    sumRate(S.sentEvents, { by }),
    sumNow(S.activeConnections, { by }),
  );
}
