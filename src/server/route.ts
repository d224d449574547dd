import type { IncomingMessage } from 'node:http';
import { cleanPath } from '../protocol/clean-path.ts';
import { routeOfFastify } from './routes/fastify.ts';
import { routeOfNext } from './routes/next.ts';
import { readRpcMetadata } from './rpc-metadata.ts';

/**
 * The route of a request: what the framework matched, else the cleaned path.
 *
 * @returns a template such as `/users/:id/events`.
 */
export function findRoute(request: IncomingMessage): string {
  return (
    routeOfContext() ??
    // A server around Next may have matched everything: Next knows better.
    routeOfNext(request) ??
    routeOfExpress(request) ??
    routeOfFastify(request) ??
    cleanPath((request as ExpressRequest).originalUrl ?? request.url ?? '/')
  );
}

function routeOfContext(): string | undefined {
  const route = readRpcMetadata()?.route;
  return typeof route === 'string' && route !== '' ? route : undefined;
}

interface ExpressRequest extends IncomingMessage {
  originalUrl?: string;
  baseUrl?: string;
  route?: { path?: unknown };
}

function routeOfExpress(request: ExpressRequest): string | undefined {
  const path = request.route?.path;
  if (typeof path !== 'string') return undefined;
  // `baseUrl` is the matched text of the routers above, not their template.
  const base = request.baseUrl ? cleanPath(request.baseUrl) : '';
  return path === '/' && base !== '' ? base : base + path;
}
