import type { Attributes } from '@opentelemetry/api';
import {
  ATTR_ERROR_TYPE,
  ATTR_HTTP_REQUEST_METHOD,
  ATTR_HTTP_ROUTE,
  ATTR_SSE_REJECTION_REASON,
  ERROR_TYPE_ABORTED,
  KNOWN_METHODS,
  OTHER,
  type RejectionReason,
} from '../semconv.ts';
import { CappedAttributes } from './capped-attributes.ts';
import { CappedNames } from './capped-names.ts';
import {
  MAX_ERROR_SETS,
  MAX_ERROR_TYPES,
  MAX_EVENT_SETS,
  MAX_FAILED_SETS,
  MAX_SERIES,
  RESERVED,
} from './limits.ts';
import {
  Budget,
  Counts,
  ServerLifecycle,
  ServerSeries,
} from './server-series.ts';

/** Limits of {@link ServerRegistry}. */
export interface ServerRegistryOptions {
  /** Different routes kept; further ones are `_OTHER`. */
  readonly maxRoutes: number;
  /** Different event types kept when there is no list. */
  readonly maxEventTypes: number;
  /** The only event types kept, each reported from the start. */
  readonly eventTypes?: readonly string[] | undefined;
}

/** Where a connection is counted. */
export interface ServerPlace {
  readonly series: ServerSeries;
  readonly lifecycle: ServerLifecycle;
}

/**
 * Every series of this process by route, method and protocol version, bounded:
 * what is beyond a limit is added up in `_OTHER`.
 */
export class ServerRegistry {
  readonly series: ServerSeries[] = [];
  readonly lifecycles: ServerLifecycle[] = [];
  /** Failed connections by route and method. */
  readonly failed: Counts[] = [];
  /** Connections refused by the guard, by route and method. */
  readonly rejected: Counts[] = [];
  readonly #options: ServerRegistryOptions;
  readonly #routes: CappedNames;
  readonly #added = new CappedAttributes();
  readonly #eventTypes: CappedNames;
  readonly #errorTypes = new CappedNames(MAX_ERROR_TYPES);
  readonly #places = new Map<string, ServerPlace>();
  readonly #series = new Map<string, ServerSeries>();
  readonly #bases: Base[] = [];
  readonly #failuresByKey = new Map<string, Counts>();
  readonly #rejectionsByKey = new Map<string, Counts>();
  readonly #eventBudget = new Budget(MAX_EVENT_SETS);
  readonly #errorBudget = new Budget(MAX_ERROR_SETS);
  readonly #failedBudget = new Budget(MAX_FAILED_SETS);

  constructor(options: ServerRegistryOptions) {
    this.#options = options;
    this.#routes = new CappedNames(options.maxRoutes);
    this.#eventTypes = new CappedNames(
      options.maxEventTypes,
      options.eventTypes,
    );
  }

  /**
   * Where a connection is counted; one look-up a connection.
   *
   * @param added - attributes of the user's, bounded here.
   */
  placeOf(
    route: string,
    method: string,
    version: string,
    added?: Readonly<Record<string, unknown>>,
  ): ServerPlace {
    const base = this.#baseOf(this.#routes.admit(route), method, added);
    const known = this.#places.get(`${version} ${base.key}`);
    if (known !== undefined) return known;
    const isFull = this.lifecycles.length >= MAX_SERIES - RESERVED;
    return this.#createPlace(isFull ? REST : base, version);
  }

  /**
   * Counts a connection that never opened.
   *
   * @param type - status code as text, or `aborted`.
   * @param added - attributes of the user's, bounded here.
   */
  countFailure(
    route: string,
    method: string,
    type: string,
    added?: Readonly<Record<string, unknown>>,
  ): void {
    // A scan of made-up paths must not use up the routes of real streams.
    const limit = Math.ceil(this.#options.maxRoutes / 5);
    const base = this.#baseOf(this.#routes.admit(route, limit), method, added);
    this.#failures(base).of(type).value++;
  }

  /**
   * Counts a connection that the guard refused.
   *
   * @param added - attributes of the user's, bounded here.
   */
  countRejection(
    route: string,
    method: string,
    reason: RejectionReason,
    added?: Readonly<Record<string, unknown>>,
  ): void {
    const limit = Math.ceil(this.#options.maxRoutes / 5);
    const base = this.#baseOf(this.#routes.admit(route, limit), method, added);
    this.#rejections(base).of(reason).value++;
  }

  /** Reports these reasons of every route that has streams, at 0 at first. */
  noteReasons(reasons: readonly RejectionReason[]): void {
    for (const base of this.#bases) this.#rejections(base);
    for (const counts of this.rejected) {
      for (const reason of reasons) counts.of(reason);
    }
  }

  /** Counts events of one type; see `sse.event.type` for the limits. */
  countEvents(series: ServerSeries, type: string, events: number): void {
    if (type !== series.lastType || series.lastTypeCount === undefined) {
      const name = this.#eventTypes.admit(type);
      series.lastTypeCount = series.events.of(name);
      series.lastType = name === OTHER ? '' : name;
    }
    series.lastTypeCount.value += events;
  }

  /**
   * Counts a close with the reason `error`.
   *
   * @returns the `error.type` it was counted under.
   */
  countError(lifecycle: ServerLifecycle, type: string): string {
    const name = this.#errorTypes.admit(type);
    lifecycle.errors.of(name).value++;
    return name;
  }

  #baseOf(
    route: string,
    method: string,
    added: Readonly<Record<string, unknown>> | undefined,
  ): Base {
    const known = KNOWN_METHODS.has(method) ? method : OTHER;
    const admitted = this.#added.admit(added);
    const key = `${known} ${route}${admitted.key}`;
    return { route, method: known, added: admitted.attributes, key };
  }

  #createPlace(base: Base, version: string): ServerPlace {
    const key = `${version} ${base.key}`;
    const known = this.#places.get(key);
    if (known !== undefined) return known;
    const series = this.#seriesOf(base);
    const lifecycle = new ServerLifecycle(
      series.attributes,
      version,
      this.#errorBudget,
    );
    this.lifecycles.push(lifecycle);
    const place = { series, lifecycle };
    this.#places.set(key, place);
    return place;
  }

  #seriesOf(base: Base): ServerSeries {
    const known = this.#series.get(base.key);
    if (known !== undefined) return known;
    const types = this.#options.eventTypes ?? [];
    const series = new ServerSeries(
      attributesOf(base),
      types,
      this.#eventBudget,
    );
    this.#series.set(base.key, series);
    this.#bases.push(base);
    this.series.push(series);
    this.#failures(base);
    return series;
  }

  #rejections(base: Base): Counts {
    const known = this.#rejectionsByKey.get(base.key);
    if (known !== undefined) return known;
    if (this.#rejectionsByKey.size >= MAX_SERIES && base !== REST) {
      return this.#rejections(REST);
    }
    const counts = new Counts(
      attributesOf(base),
      ATTR_SSE_REJECTION_REASON,
      [],
    );
    this.#rejectionsByKey.set(base.key, counts);
    this.rejected.push(counts);
    return counts;
  }

  #failures(base: Base): Counts {
    const known = this.#failuresByKey.get(base.key);
    if (known !== undefined) return known;
    if (this.#failuresByKey.size >= MAX_SERIES && base !== REST) {
      return this.#failures(REST);
    }
    const counts = new Counts(
      attributesOf(base),
      ATTR_ERROR_TYPE,
      [ERROR_TYPE_ABORTED],
      this.#failedBudget,
    );
    this.#failuresByKey.set(base.key, counts);
    this.failed.push(counts);
    return counts;
  }
}

/** What all series of a route, a method and attributes of the user's share. */
interface Base {
  readonly route: string;
  readonly method: string;
  readonly added: Attributes;
  readonly key: string;
}

/** What is beyond the limit of series is added up here. */
const REST: Base = {
  route: OTHER,
  method: OTHER,
  added: {},
  key: `${OTHER} ${OTHER}`,
};

function attributesOf({ route, method, added }: Base): Attributes {
  return {
    [ATTR_HTTP_ROUTE]: route,
    [ATTR_HTTP_REQUEST_METHOD]: method,
    ...added,
  };
}
