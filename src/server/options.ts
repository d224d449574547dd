import type { IncomingMessage } from 'node:http';
import {
  STANDARD_MAX_EVENT_TYPES,
  STANDARD_MAX_ROUTES,
} from '../metrics/limits.ts';
import { MAX_FINAL_BYTES } from '../protocol/scanner.ts';
import { encodeBinary } from '../protocol/utf8.ts';
import type { FinalEvents, SseInstrumentationConfig } from '../types.ts';
import { createFindAddress, type FindAddress } from './client-address.ts';
import {
  A_BOOLEAN,
  A_STRING,
  AN_OBJECT,
  ANYTHING,
  type Answer,
  makeSafe,
  show,
} from './user-hook.ts';

/** The options of the server room, checked and with their defaults. */
export interface ServerOptions {
  readonly stallAfterMs: number;
  readonly maxRoutes: number;
  readonly maxEventTypes: number;
  readonly eventTypes: readonly string[] | undefined;
  readonly samplesPerSecond: number;
  readonly findFinals: (route: string) => ReadonlySet<string> | undefined;
  /** Who tells the client address; `undefined`: it is the socket's. */
  readonly findAddress: FindAddress | undefined;
  /** Hooks of the user's, made safe: they do not throw. */
  readonly route: Hook<string> | undefined;
  readonly ignoreRequestHook: Hook<boolean> | undefined;
  readonly attributesHook: Hook<Readonly<Record<string, unknown>>> | undefined;
  readonly onClose: SseInstrumentationConfig['onClose'];
  /** Whether server spans get events, and not just attributes. */
  readonly hasSpanEvents: boolean;
}

type Hook<Result> = (request: IncomingMessage) => Result | undefined;

/** Says what is wrong with an option, and what is used in its place. */
export type Complain = (message: string) => void;

/** Checks the options; a bad one is complained of and its default used. */
export function resolveServerOptions(
  config: SseInstrumentationConfig,
  complain: Complain,
): ServerOptions {
  const atLeast = (
    key:
      | 'stallAfterSeconds'
      | 'maxRoutes'
      | 'maxEventTypes'
      | 'samplesPerSecond',
    minimum: number,
    standard: number,
  ): number => {
    const value: unknown = config[key];
    if (value === undefined) return standard;
    const isTime = key === 'stallAfterSeconds';
    const isFit = isTime ? Number.isFinite(value) : Number.isSafeInteger(value);
    if (isFit && (value as number) >= minimum) return value as number;
    const kind = isTime ? 'number' : 'whole number';
    complain(
      `${key} is ${show(value)}, not a ${kind} of at least ${minimum}; using ${standard}`,
    );
    return standard;
  };
  const hook = <Args extends unknown[], Result>(
    key: HookKey,
    answer: Answer<Result>,
  ) => {
    const value: unknown = config[key];
    if (value === undefined) return undefined;
    if (typeof value === 'function') {
      return makeSafe(key, value as (...args: Args) => unknown, answer);
    }
    complain(`${key} is ${show(value)}, not a function; ignoring it`);
    return undefined;
  };
  const clientAddress = hook<[IncomingMessage], string>(
    'clientAddress',
    A_STRING,
  );
  const trusted = resolveTrust(config.trustProxy, complain);
  return {
    stallAfterMs: atLeast('stallAfterSeconds', 0.001, 90) * 1000,
    maxRoutes: atLeast('maxRoutes', 1, STANDARD_MAX_ROUTES),
    maxEventTypes: atLeast('maxEventTypes', 1, STANDARD_MAX_EVENT_TYPES),
    eventTypes: resolveEventTypes(config.eventTypes, complain),
    samplesPerSecond: atLeast('samplesPerSecond', 0, 1000),
    findFinals: resolveFinals(config.finalEvents, complain),
    findAddress: clientAddress ?? trusted,
    route: hook('route', A_STRING),
    ignoreRequestHook: hook('ignoreRequestHook', A_BOOLEAN),
    attributesHook: hook('attributesHook', AN_OBJECT),
    onClose: hook('onClose', ANYTHING),
    hasSpanEvents: resolveSpanEvents(config.spanEvents, complain),
  };
}

type HookKey =
  | 'route'
  | 'clientAddress'
  | 'ignoreRequestHook'
  | 'attributesHook'
  | 'onClose';

function resolveSpanEvents(value: unknown, complain: Complain): boolean {
  if (value === undefined || typeof value === 'boolean') return value === true;
  complain(`spanEvents is ${show(value)}, neither true nor false; using false`);
  return false;
}

function resolveTrust(
  value: SseInstrumentationConfig['trustProxy'],
  complain: Complain,
): FindAddress | undefined {
  if (value === undefined || value === 0) return undefined;
  try {
    if (Array.isArray(value)) return createFindAddress(value);
    if (Number.isInteger(value) && (value as number) > 0) {
      return createFindAddress(value);
    }
  } catch (error) {
    complain(
      `trustProxy: ${(error as Error).message}; using the socket's address`,
    );
    return undefined;
  }
  complain(
    `trustProxy is ${show(value)}, neither a number of proxies nor a list of addresses; using the socket's address`,
  );
  return undefined;
}

/** Beyond this, a list would not fit the series of many routes. */
const MAX_LISTED_TYPES = 100;

function resolveEventTypes(
  value: unknown,
  complain: Complain,
): readonly string[] | undefined {
  if (value === undefined) return undefined;
  if (isStrings(value) && value.length <= MAX_LISTED_TYPES) return value;
  complain(
    `eventTypes is ${show(value)}, not a list of at most ${MAX_LISTED_TYPES} names; telling apart the first ones seen`,
  );
  return undefined;
}

function resolveFinals(
  value: FinalEvents | undefined,
  complain: Complain,
): (route: string) => ReadonlySet<string> | undefined {
  if (value === undefined) return () => undefined;
  if (typeof value !== 'object' || value === null) {
    complain(
      `finalEvents is ${show(value)}, neither a list of names nor lists by route; ignoring it`,
    );
    return () => undefined;
  }
  const byRoute = new Map<string, ReadonlySet<string> | undefined>();
  const entries: [string, unknown][] = Array.isArray(value)
    ? [['*', value]]
    : Object.entries(value);
  for (const [route, names] of entries) {
    if (Array.isArray(names)) {
      byRoute.set(route, resolveNames(names, complain));
    } else {
      complain(
        `finalEvents of ${show(route)} is ${show(names)}, not a list of names; ignoring it`,
      );
    }
  }
  // A route with an empty list has none, whatever the others have.
  return (route) => byRoute.get(byRoute.has(route) ? route : '*');
}

function resolveNames(
  names: readonly unknown[],
  complain: Complain,
): ReadonlySet<string> | undefined {
  const finals = new Set<string>();
  for (const name of names) {
    const binary = typeof name === 'string' ? encodeBinary(name) : '';
    if (binary !== '' && binary.length <= MAX_FINAL_BYTES) finals.add(binary);
    else {
      complain(
        `finalEvents has ${show(name)}, not a name of 1 to ${MAX_FINAL_BYTES} bytes; ignoring it`,
      );
    }
  }
  return finals.size > 0 ? finals : undefined;
}

function isStrings(value: unknown): value is readonly string[] {
  return (
    Array.isArray(value) && value.every((item) => typeof item === 'string')
  );
}
