import type { IncomingMessage, ServerResponse } from 'node:http';

/** Calls the next middleware. */
export type Next = (error?: unknown) => void;

/** A middleware as Express and Connect have it. */
export type GuardMiddleware = (
  request: IncomingMessage,
  response: ServerResponse,
  next: Next,
) => void;

/** What the plugin needs of a Fastify application. */
export interface FastifyLike {
  addHook(
    name: 'onRequest',
    hook: (
      request: { raw: IncomingMessage },
      reply: {
        raw: ServerResponse;
        hijack(): unknown;
        getHeaders(): Record<string, unknown>;
      },
      done: () => void,
    ) => void,
  ): unknown;
}

/** A plugin of Fastify 4 or 5: `app.register(guard.fastify)`. */
export type GuardFastifyPlugin = (
  app: FastifyLike,
  options: unknown,
  done: () => void,
) => void;
