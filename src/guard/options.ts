import type { IncomingMessage } from 'node:http';
import { OTHER, type RejectionReason } from '../semconv.ts';
import { attempt } from './failure.ts';
import {
  complain,
  isStrings,
  resolveClient,
  resolveMatch,
  resolvePerRoute,
  resolveRefusal,
  show,
} from './option-values.ts';
import { createMatchPath, urlOf } from './routes.ts';
import type { Surroundings } from './surroundings.ts';
import type { SseGuardOptions } from './types.ts';

/** The options, checked; `Infinity`: that limit is off. */
export interface Limits {
  readonly maxConnections: number;
  readonly maxPerRoute: (route: string) => number;
  readonly maxPerClient: number;
  readonly maxConnectionMs: number;
  readonly connectionJitter: number;
  readonly maxIdleMs: number;
  readonly maxQueueBytes: number;
  readonly queueGraceMs: number;
  readonly maxHeapRatio: number;
  readonly maxEventLoopUtilization: number;
  readonly maxEventLoopDelaySeconds: number;
  readonly maxFileDescriptorRatio: number;
  readonly retrySeconds: number;
  readonly isStatusOnly: boolean;
  /** Reasons that it may refuse for. */
  readonly reasons: readonly RejectionReason[];
  isStream(request: IncomingMessage): boolean;
  routeOf(request: IncomingMessage): string;
  clientOf(request: IncomingMessage): string | undefined;
  refuses(request: IncomingMessage): boolean;
  readonly onPressure: SseGuardOptions['onPressure'];
  readonly onRefusal: SseGuardOptions['onRefusal'];
}

/** Every option, as an object so that none is forgotten. */
const KNOWN: Record<keyof SseGuardOptions, true> = {
  maxConnections: true,
  maxConnectionsPerRoute: true,
  maxConnectionsPerClient: true,
  maxConnectionSeconds: true,
  connectionJitter: true,
  maxIdleSeconds: true,
  maxQueueBytes: true,
  queueGraceSeconds: true,
  maxHeapRatio: true,
  maxEventLoopUtilization: true,
  maxEventLoopDelaySeconds: true,
  maxFileDescriptorRatio: true,
  match: true,
  refusal: true,
  retrySeconds: true,
  refuse: true,
  route: true,
  trustProxy: true,
  clientAddress: true,
  onPressure: true,
  onRefusal: true,
};

/** Checks the options; a bad one costs one line and its limit is off. */
export function resolveLimits(
  given: SseGuardOptions,
  surroundings: Surroundings,
): Limits {
  const options = (given ?? {}) as SseGuardOptions;
  for (const key of Object.keys(options)) {
    if (!Object.hasOwn(KNOWN, key)) complain(key, 'is no option', nearest(key));
  }
  const number = (
    key: keyof SseGuardOptions,
    minimum: number,
    standard: number,
    example: string,
    maximum: number = Number.MAX_VALUE,
  ): number => {
    const value: unknown = options[key];
    if (value === undefined) return standard;
    const isFit = typeof value === 'number' && !Number.isNaN(value);
    if (isFit && value >= minimum && value <= maximum) return value;
    const most = maximum === Number.MAX_VALUE ? '' : ` and at most ${maximum}`;
    const used =
      standard === Infinity ? 'the limit is off' : `using ${standard}`;
    complain(
      key,
      `is ${show(value)}, not a number of at least ${minimum}${most}; ${used}`,
      `give one such as ${example}`,
    );
    return standard;
  };
  const fn = <Value>(key: keyof SseGuardOptions): Value | undefined => {
    const value: unknown = options[key];
    if (value === undefined || typeof value === 'function') {
      return value as Value | undefined;
    }
    complain(key, `is ${show(value)}, not a function; ignoring it`);
    return undefined;
  };
  const off = Infinity;
  const ratio = (key: keyof SseGuardOptions) => number(key, 0, off, '0.9', 1);
  const perRoute = resolvePerRoute(options.maxConnectionsPerRoute);
  const matchPath = createMatchPath([
    ...(isStrings(options.match) ? options.match : []),
    ...perRoute.templates,
  ]);
  const route = fn<NonNullable<SseGuardOptions['route']>>('route');
  const refuse = fn<NonNullable<SseGuardOptions['refuse']>>('refuse');
  const limits = {
    maxConnections: number('maxConnections', 0, off, '10000'),
    maxPerClient: number('maxConnectionsPerClient', 0, off, '20'),
    maxConnectionMs: 1000 * number('maxConnectionSeconds', 0.001, off, '86400'),
    connectionJitter: number('connectionJitter', 0, 0.1, '0.1', 1),
    maxIdleMs: 1000 * number('maxIdleSeconds', 0.001, off, '1800'),
    maxQueueBytes: number('maxQueueBytes', 1, off, '10000000'),
    queueGraceMs: 1000 * number('queueGraceSeconds', 0, 10, '10'),
    maxHeapRatio: ratio('maxHeapRatio'),
    maxEventLoopUtilization: ratio('maxEventLoopUtilization'),
    maxEventLoopDelaySeconds: number('maxEventLoopDelaySeconds', 0, off, '0.5'),
    maxFileDescriptorRatio: ratio('maxFileDescriptorRatio'),
    retrySeconds: number('retrySeconds', 0.001, 5, '5', 86_400),
  };
  return {
    ...limits,
    maxPerRoute: perRoute.limitOf,
    isStatusOnly: resolveRefusal(options.refusal),
    reasons: reasonsOf(limits, perRoute.isOn, refuse !== undefined),
    isStream: resolveMatch(options.match),
    routeOf: (request) =>
      (route && attempt('the route option', () => route(request))) ||
      matchPath(urlOf(request)) ||
      surroundings.cleanPath(urlOf(request)),
    clientOf: resolveClient(options, surroundings, fn('clientAddress')),
    refuses: (request) =>
      refuse !== undefined &&
      attempt('the refuse option', () => refuse(request)) === true,
    onPressure: fn('onPressure'),
    onRefusal: fn('onRefusal'),
  };
}

function reasonsOf(
  limits: {
    readonly maxConnections: number;
    readonly maxPerClient: number;
    readonly maxHeapRatio: number;
    readonly maxEventLoopUtilization: number;
    readonly maxEventLoopDelaySeconds: number;
    readonly maxFileDescriptorRatio: number;
  },
  isPerRoute: boolean,
  hasPredicate: boolean,
): RejectionReason[] {
  const loop = Math.min(
    limits.maxEventLoopUtilization,
    limits.maxEventLoopDelaySeconds,
  );
  const on: [RejectionReason, boolean][] = [
    ['connections', limits.maxConnections < Infinity],
    ['route_connections', isPerRoute],
    ['client_connections', limits.maxPerClient < Infinity],
    ['heap', limits.maxHeapRatio < Infinity],
    ['event_loop', loop < Infinity],
    ['file_descriptors', limits.maxFileDescriptorRatio < Infinity],
    [OTHER, hasPredicate],
  ];
  return on.flatMap(([reason, isOn]) => (isOn ? [reason] : []));
}

/** The option that a wrong name most likely means. */
function nearest(key: string): string {
  const plain = (text: string): string =>
    text.toLowerCase().replaceAll(/[^a-z]|s(?=[A-Z]|$)/g, '');
  const found = Object.keys(KNOWN).find(
    (known) =>
      plain(known).includes(plain(key)) || plain(key).includes(plain(known)),
  );
  return found === undefined
    ? `the options are ${Object.keys(KNOWN).join(', ')}`
    : `did you mean ${found}`;
}
