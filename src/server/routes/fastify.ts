import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import type { IncomingMessage } from 'node:http';
import { guarded } from '../failure.ts';

// Fastify keeps no way from Node's request to its own, but tells a channel of its
// route: https://fastify.dev/docs/latest/Reference/Hooks/#diagnostics-channel-hooks

const HANDLER_START = 'tracing:fastify.request.handler:start';

/** On Node's request: the route that Fastify matched. */
const ROUTE: unique symbol = Symbol('sse.route.fastify');

type RoutedRequest = IncomingMessage & { [ROUTE]?: string };

/** What Fastify publishes before a handler runs, and nobody checks. */
interface HandlerStart {
  readonly request?: { readonly raw?: RoutedRequest };
  readonly route?: { readonly url?: unknown };
}

/**
 * Remembers the routes that Fastify matches from now on.
 *
 * @returns its undo.
 */
export function watchFastifyRoutes(): () => void {
  subscribe(HANDLER_START, noteRoute);
  return () => {
    unsubscribe(HANDLER_START, noteRoute);
  };
}

/**
 * The route that Fastify matched, with its prefixes.
 *
 * @returns `undefined` before the handler of the route runs.
 */
export function routeOfFastify(request: IncomingMessage): string | undefined {
  return (request as RoutedRequest)[ROUTE];
}

// What a subscriber throws ends the process.
const noteRoute = guarded((message: unknown) => {
  const { request, route } = (message ?? {}) as HandlerStart;
  const url = route?.url;
  if (!request?.raw || typeof url !== 'string' || url === '') return;
  request.raw[ROUTE] = url;
});
