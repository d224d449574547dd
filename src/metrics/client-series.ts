import type { Attributes } from '@opentelemetry/api';
import {
  ATTR_ERROR_TYPE,
  ATTR_SSE_CLIENT_CLOSE_REASON,
  ATTR_SSE_CONNECTION_RECONNECTED,
  ATTR_SSE_EVENT_TYPE,
  CLIENT_CLOSE_REASONS,
  CLIENT_ERROR_TYPES,
} from '../semconv.ts';
import { type Budget, type Count, Counts } from './counts.ts';

/**
 * Everything counted for one server address, URL template and kind of client:
 * plain fields, read at collection.
 */
export class ClientSeries {
  readonly attributes: Attributes;
  readonly opened: readonly [first: Count, again: Count];
  readonly closed: Counts;
  readonly errors: Counts;
  readonly events: Counts;
  active = 0;
  contentSize = 0;
  connectedSeconds = 0;
  disconnectedSeconds = 0;

  constructor(
    base: Attributes,
    eventTypes: readonly string[],
    eventBudget: Budget,
  ) {
    this.attributes = base;
    const opened = (isAgain: boolean): Count => ({
      attributes: { ...base, [ATTR_SSE_CONNECTION_RECONNECTED]: isAgain },
      value: 0,
    });
    this.opened = [opened(false), opened(true)];
    this.closed = new Counts(
      base,
      ATTR_SSE_CLIENT_CLOSE_REASON,
      CLIENT_CLOSE_REASONS,
    );
    this.errors = new Counts(base, ATTR_ERROR_TYPE, CLIENT_ERROR_TYPES);
    this.events = new Counts(base, ATTR_SSE_EVENT_TYPE, [], eventBudget);
    for (const type of eventTypes) this.events.of(type);
  }
}
