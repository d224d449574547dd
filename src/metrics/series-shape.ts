import type { RejectionReason } from '../semconv.ts';
import { STANDARD_MAX_EVENT_TYPES, STANDARD_MAX_ROUTES } from './limits.ts';

/** What decides how many series an instance has. */
export interface SeriesShape {
  /** Routes that send event streams. */
  readonly routes: number;
  /** HTTP methods of each route. */
  readonly methods: number;
  /** HTTP versions of each route and method. */
  readonly versions: number;
  /** Event types of each route; of each stream that it receives, too. */
  readonly types: number;
  /** Values of `error.type` of closed streams, beside `_OTHER`. */
  readonly errorTypes: number;
  /** Statuses that requests for a stream fail with, of each route and method. */
  readonly statuses: number;
  /** Combinations of what `attributesHook` adds. */
  readonly attributeSets: number;
  /** The option `maxRoutes`. */
  readonly maxRoutes: number;
  /** The option `maxEventTypes`, or how many `eventTypes` lists. */
  readonly maxEventTypes: number;
  /** Whether each route has `finalEvents`. */
  readonly hasFinalEvents: boolean;
  /** Whether addresses are told by a hook or a proxy, or clients have public ones. */
  readonly hasClientAddresses: boolean;
  /** What its guard may refuse for, `draining` too once it drains. */
  readonly rejectionReasons: readonly RejectionReason[];
  /** Pairs of host and path of the streams that it receives as a client. */
  readonly clientTargets: number;
}

/** An instance as most are. */
export const TYPICAL_SHAPE: SeriesShape = {
  routes: 3,
  methods: 1,
  versions: 1,
  types: 4,
  errorTypes: 0,
  statuses: 0,
  attributeSets: 1,
  maxRoutes: STANDARD_MAX_ROUTES,
  maxEventTypes: STANDARD_MAX_EVENT_TYPES,
  hasFinalEvents: false,
  hasClientAddresses: false,
  rejectionReasons: [],
  clientTargets: 0,
};

/** What is kept of a shape's names; the rest is added up in `_OTHER`. */
export interface KeptNames {
  /** Of route, method and what a hook adds. */
  readonly sets: number;
  /** The same with the HTTP version. */
  readonly lifecycles: number;
  /** The same as `sets`, of what failed or was refused. */
  readonly failed: number;
  /** Event types of each set. */
  readonly types: number;
}
