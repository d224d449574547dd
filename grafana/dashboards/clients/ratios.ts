import { CLIENT_METRICS } from '../../../src/semconv.ts';
import { divide, shareAbove, sumRate } from '../../queries.ts';

const C = CLIENT_METRICS;

/** Said where no client is instrumented. */
export const NO_CLIENT = 'no client reports';

/** Longer than this, listeners make the page stutter. */
const SLOW_HANDLER_SECONDS = 0.05;

/** Time connected, of the time that a client wanted to be. */
export function queryStability(): string {
  const connected = sumRate(C.connectedTime);
  const disconnected = sumRate(C.disconnectedTime);
  return divide(connected, `(${connected} + ${disconnected})`);
}

/** Events that kept the page busy for too long. */
export function querySlowHandlers(): string {
  return shareAbove(SLOW_HANDLER_SECONDS, C.eventHandlerDuration);
}
