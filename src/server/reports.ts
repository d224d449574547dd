import type { ServerResponse } from 'node:http';
import { diag } from '@opentelemetry/api';
import { DROP_REASONS, type DropReason, OTHER } from '../semconv.ts';
import type { SseReplay } from '../types.ts';
import { PACKAGE_NAME } from '../version.ts';
import type { Connection } from './connection.ts';
import { guarded } from './failure.ts';
import { isHooked } from './hook.ts';
import { CONNECTION, type MeasuredResponse, REPORTS } from './keys.ts';

/**
 * Says that events meant for a stream were not written, as when a buffer was
 * full. Does nothing while the instrumentation is off. Never throws.
 *
 * @param response - the stream's response, also before its headers are sent.
 * @param events - how many: a whole number.
 * @param reason - another one than the three counts as `_OTHER`.
 */
export const reportDropped: (
  response: ServerResponse,
  events: number,
  reason: DropReason,
) => void = guarded((response, events, reason) => {
  if (!isCount('reportDropped', events)) return;
  const known = DROP_REASONS.includes(reason) ? reason : OTHER;
  report(response, ({ series }) => {
    series.dropped.of(known).value += events;
  });
});

/**
 * Says what was replayed to a client that resumed with `Last-Event-ID`. Does
 * nothing while the instrumentation is off. Never throws.
 *
 * @param response - the stream's response, also before its headers are sent.
 */
export const reportReplay: (
  response: ServerResponse,
  replay: SseReplay,
) => void = guarded((response, { events, complete }) => {
  if (!isCount('reportReplay', events)) return;
  const partly = events > 0 ? 'partial' : 'none';
  report(response, ({ series }) => {
    series.replayed += events;
    series.resumes.of(complete ? 'complete' : partly).value++;
  });
});

/** Now, or once the response is known as an event stream. */
function report(
  response: ServerResponse,
  count: (connection: Connection) => void,
): void {
  if (!isHooked()) return;
  const measured = response as MeasuredResponse;
  const connection = measured[CONNECTION];
  if (connection !== undefined) {
    count(connection);
    return;
  }
  measured[REPORTS] ??= [];
  measured[REPORTS].push(count);
}

function isCount(name: string, events: unknown): boolean {
  if (Number.isInteger(events) && (events as number) >= 0) return true;
  diag.warn(
    `${PACKAGE_NAME}: ${name} was given ${String(events)} events, not a whole number; not counted`,
  );
  return false;
}
