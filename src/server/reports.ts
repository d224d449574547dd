import { diag } from '@opentelemetry/api';
import { DROP_REASONS, type DropReason, OTHER } from '../semconv.ts';
import type { SseReplay, SseResponse } from '../types.ts';
import { PACKAGE_NAME } from '../version.ts';
import type { Connection } from './connection.ts';
import { guarded } from './failure.ts';
import { isHooked } from './hook.ts';
import {
  CONNECTION,
  holderOf,
  type MeasuredResponse,
  REPORTS,
} from './keys.ts';

/**
 * Says that events meant for a stream were not written, as when a buffer was
 * full. Does nothing while the instrumentation is off. Never throws.
 *
 * @param response - the stream's response, also before its headers are sent.
 * @param events - how many: a whole number.
 * @param reason - another one than the three counts as `_OTHER`.
 */
export const reportDropped: (
  response: SseResponse,
  events: number,
  reason: DropReason,
) => void = guarded((response, events, reason) => {
  if (!canCount('reportDropped', response, events)) return;
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
export const reportReplay: (response: SseResponse, replay: SseReplay) => void =
  guarded((response, replay) => {
    // Applications without types may give none.
    const { events, complete } = replay ?? {};
    if (!canCount('reportReplay', response, events)) return;
    const partly = events > 0 ? 'partial' : 'none';
    report(response, ({ series }) => {
      series.replayed += events;
      series.resumes.of(complete ? 'complete' : partly).value++;
    });
  });

/** Now, or once the response is known as an event stream. */
function report(
  given: SseResponse,
  count: (connection: Connection) => void,
): void {
  const response = holderOf(given as MeasuredResponse);
  const connection = response[CONNECTION];
  if (connection !== undefined) {
    count(connection);
    return;
  }
  // It has become something else: it would keep the reports for nothing.
  if (response.headersSent) return;
  response[REPORTS] ??= [];
  response[REPORTS].push(count);
}

function canCount(
  name: string,
  response: unknown,
  events: unknown,
): events is number {
  if (!isHooked()) return false;
  if (!isResponse(response)) {
    complain(`${name} was not given a response`);
    return false;
  }
  if (Number.isInteger(events) && (events as number) >= 0) return true;
  complain(`${name} was given ${String(events)} events, not a whole number`);
  return false;
}

function isResponse(value: unknown): boolean {
  return typeof value === 'object' && value !== null && 'headersSent' in value;
}

function complain(text: string): void {
  diag.warn(`${PACKAGE_NAME}: ${text}; not counted`);
}
