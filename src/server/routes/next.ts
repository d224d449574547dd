import type { IncomingMessage } from 'node:http';

// Next.js keeps what it found out about a request on Node's, under a registered
// symbol: the template is there before the handler runs. None of it is documented.

/** Where Next.js keeps it, since 14. */
const META = Symbol.for('NextInternalRequestMeta');
/** Longer is no path of a folder. */
const MAX_LENGTH = 200;

/** What is read of it, and nobody checks. */
interface NextRequest extends IncomingMessage {
  readonly [META]?: {
    readonly match?: { readonly definition?: { readonly pathname?: unknown } };
  };
}

/**
 * The route that Next.js matched, of the app and of the pages router, such as
 * `/users/[id]/events`; without `basePath`.
 *
 * @returns `undefined` when the request is not served by Next.js.
 */
export function routeOfNext(request: IncomingMessage): string | undefined {
  try {
    const path = (request as NextRequest)[META]?.match?.definition?.pathname;
    const isTemplate =
      typeof path === 'string' &&
      path.startsWith('/') &&
      path.length <= MAX_LENGTH;
    return isTemplate ? path : undefined;
  } catch {
    return undefined;
  }
}
