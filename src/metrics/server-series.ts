import type { Attributes } from '@opentelemetry/api';
import {
  ATTR_ERROR_TYPE,
  ATTR_NETWORK_PROTOCOL_VERSION,
  ATTR_SSE_CONNECTION_CLOSE_REASON,
  ATTR_SSE_CONNECTION_RESUMED,
  ATTR_SSE_DROP_REASON,
  ATTR_SSE_EVENT_TYPE,
  ATTR_SSE_PROTOCOL_ERROR_TYPE,
  ATTR_SSE_RESUME_RESULT,
  CLOSE_REASONS,
  DROP_REASONS,
  OTHER,
  PROTOCOL_ERROR_TYPES,
  RESUME_RESULTS,
} from '../semconv.ts';
import { WindowMax } from './window-max.ts';

/** A count and the attribute set it is reported with. */
export interface Count {
  readonly attributes: Attributes;
  value: number;
}

/** Counts by the values of one attribute; every value of a closed set at 0. */
export class Counts {
  readonly all: Count[] = [];
  readonly #byValue = new Map<string, Count>();
  readonly #base: Attributes;
  readonly #attribute: string;
  readonly #budget: Budget | undefined;

  /**
   * @param values - reported from the start, at 0, whatever the budget.
   * @param budget - bounds the values that come later; what is beyond it goes to
   * `_OTHER`. Without it `values` are all there are.
   */
  constructor(
    base: Attributes,
    attribute: string,
    values: readonly string[],
    budget?: Budget,
  ) {
    this.#base = base;
    this.#attribute = attribute;
    this.#budget = budget;
    for (const value of values) this.#create(value);
  }

  /** The count of one value, to be added to. */
  of(value: string): Count {
    const known = this.#byValue.get(value);
    if (known !== undefined) return known;
    if (value !== OTHER && this.#budget?.take() === false)
      return this.of(OTHER);
    return this.#create(value);
  }

  #create(value: string): Count {
    const attributes = { ...this.#base, [this.#attribute]: value };
    const count = { attributes, value: 0 };
    this.#byValue.set(value, count);
    this.all.push(count);
    return count;
  }
}

/** How many attribute sets an instrument may still add. */
export class Budget {
  #left: number;

  constructor(left: number) {
    this.#left = left;
  }

  /** Takes one. @returns false when none is left. */
  take(): boolean {
    if (this.#left <= 0) return false;
    this.#left--;
    return true;
  }
}

/** The open and closed connections of a route, method and protocol version. */
export class ServerLifecycle {
  readonly attributes: Attributes;
  readonly opened: readonly [fresh: Count, resumed: Count];
  /** By close reason; `error` is in `errors`. */
  readonly closed: Counts;
  /** Closed with reason `error`, by `error.type`. */
  readonly errors: Counts;
  active = 0;

  constructor(base: Attributes, version: string, errorBudget: Budget) {
    this.attributes = { ...base, [ATTR_NETWORK_PROTOCOL_VERSION]: version };
    const opened = (isResumed: boolean): Count => ({
      attributes: {
        ...this.attributes,
        [ATTR_SSE_CONNECTION_RESUMED]: isResumed,
      },
      value: 0,
    });
    this.opened = [opened(false), opened(true)];
    this.closed = new Counts(
      this.attributes,
      ATTR_SSE_CONNECTION_CLOSE_REASON,
      CLOSE_REASONS.filter((reason) => reason !== 'error'),
    );
    this.errors = new Counts(
      { ...this.attributes, [ATTR_SSE_CONNECTION_CLOSE_REASON]: 'error' },
      ATTR_ERROR_TYPE,
      [OTHER],
      errorBudget,
    );
  }
}

/**
 * Everything counted for one route and method: plain fields, added to on the
 * hot path and read at collection.
 */
export class ServerSeries {
  readonly attributes: Attributes;
  waiting = 0;
  blocked = 0;
  comments = 0;
  writes = 0;
  lateWrites = 0;
  blockedWrites = 0;
  contentSize = 0;
  wireSize = 0;
  replayed = 0;
  /** `undefined`: no final events are configured for the route. */
  unfinished: number | undefined;
  readonly queueMax = new WindowMax();
  readonly events: Counts;
  /** The event type counted last, and its count. */
  lastType = '';
  lastTypeCount: Count | undefined;
  readonly eventless: Counts;
  readonly dropped: Counts;
  readonly resumes: Counts;
  readonly protocolErrors: Counts;
  // Written before each collection, from the open connections.
  queueSize = 0;
  stalled = 0;
  ageMax = 0;
  idleMax = 0;

  constructor(
    base: Attributes,
    eventTypes: readonly string[],
    eventBudget: Budget,
  ) {
    this.attributes = base;
    this.events = new Counts(base, ATTR_SSE_EVENT_TYPE, [], eventBudget);
    for (const type of eventTypes) this.events.of(type);
    this.eventless = new Counts(
      base,
      ATTR_SSE_CONNECTION_CLOSE_REASON,
      CLOSE_REASONS,
    );
    this.dropped = new Counts(base, ATTR_SSE_DROP_REASON, DROP_REASONS);
    this.resumes = new Counts(base, ATTR_SSE_RESUME_RESULT, RESUME_RESULTS);
    this.protocolErrors = new Counts(
      base,
      ATTR_SSE_PROTOCOL_ERROR_TYPE,
      PROTOCOL_ERROR_TYPES,
    );
  }
}
