import type { IncomingMessage } from 'node:http';
import { inspect } from 'node:util';
import { acceptsEventStream } from '../protocol/content-type.ts';
import { attempt, say } from './failure.ts';
import { createMatchPath, type MatchPath, urlOf } from './routes.ts';
import type { Surroundings } from './surroundings.ts';
import type { SseGuardOptions } from './types.ts';

/** `maxConnectionsPerRoute`, checked. */
export interface PerRoute {
  readonly isOn: boolean;
  readonly templates: readonly string[];
  readonly limitOf: (route: string) => number;
}

/** A number for every route, or numbers by route. */
export function resolvePerRoute(
  value: SseGuardOptions['maxConnectionsPerRoute'],
): PerRoute {
  const none = { isOn: false, templates: [], limitOf: () => Infinity };
  const key = 'maxConnectionsPerRoute';
  if (value === undefined) return none;
  if (isLimit(value)) {
    return { isOn: true, templates: [], limitOf: () => value };
  }
  if (typeof value !== 'object' || value === null) {
    const text = `is ${show(value)}, neither a number nor numbers by route; the limit is off`;
    complain(key, text, "give one such as { '/events': 1000 }");
    return none;
  }
  const limits = new Map<string, number>();
  for (const [route, limit] of Object.entries(value)) {
    if (isLimit(limit)) limits.set(route, limit);
    else {
      const text = `of ${show(route)} is ${show(limit)}, not a number of at least 0; the limit is off`;
      complain(key, text, 'give one such as 1000');
    }
  }
  return {
    isOn: limits.size > 0,
    templates: [...limits.keys()],
    limitOf: (route) => limits.get(route) ?? Infinity,
  };
}

function isLimit(value: unknown): value is number {
  return typeof value === 'number' && value >= 0;
}

/** Whether refusals are always a status. */
export function resolveRefusal(value: unknown): boolean {
  if (value === undefined || value === 'retry') return false;
  if (value === 'status') return true;
  const text = `is ${show(value)}, neither "retry" nor "status"; using "retry"`;
  complain('refusal', text);
  return false;
}

/** Whether a value is a list of texts. */
export function isStrings(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((one) => typeof one === 'string');
}

/** Which requests are for event streams. */
export function resolveMatch(
  value: SseGuardOptions['match'],
): (request: IncomingMessage) => boolean {
  if (isStrings(value)) {
    const matches: MatchPath = createMatchPath(value);
    return (request) => matches(urlOf(request)) !== undefined;
  }
  if (typeof value === 'function') {
    return (request) =>
      attempt('the match option', () => value(request)) === true;
  }
  if (value !== undefined && value !== 'accept') {
    const text = `is ${show(value)}, neither "accept", nor a list of routes, nor a function; using "accept"`;
    complain('match', text);
  }
  return accepts;
}

/** Whether a request names `text/event-stream` in its `Accept`. */
export function accepts(request: IncomingMessage): boolean {
  return acceptsEventStream(request.headers.accept);
}

/** Who the client of a request is. */
export function resolveClient(
  { trustProxy }: SseGuardOptions,
  surroundings: Surroundings,
  own: SseGuardOptions['clientAddress'],
): (request: IncomingMessage) => string | undefined {
  if (own !== undefined) {
    return (request) => attempt('the clientAddress option', () => own(request));
  }
  try {
    const isFit = Array.isArray(trustProxy) || isLimit(trustProxy ?? 0);
    if (!isFit) throw new TypeError(`it is ${show(trustProxy)}`);
    return surroundings.createFindAddress(trustProxy ?? 0);
  } catch (error) {
    const text = `is neither a number of proxies nor a list of addresses: ${(error as Error).message}; using the socket's address`;
    complain('trustProxy', text, 'give one such as 1 or ["10.0.0.0/8"]');
    return surroundings.createFindAddress(0);
  }
}

/** Says that an option is bad, what is done, and how to mend it. */
export function complain(key: string, text: string, mend = ''): void {
  const rest = mend === '' ? '' : `: ${mend}`;
  say('warn', `createSseGuard: ${key} ${text}${rest}`);
}

/** A bad value on one line. */
export function show(value: unknown): string {
  const text =
    typeof value === 'string'
      ? JSON.stringify(value)
      : inspect(value, { depth: 1 }).replaceAll(/\s+/g, ' ');
  return text.length > 60 ? `${text.slice(0, 59)}…` : text;
}
