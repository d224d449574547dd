import type { GuardFastifyPlugin, GuardMiddleware } from './framework-types.ts';
import type { SseGuard } from './types.ts';

/** For Express and Connect. */
export function createMiddleware(
  guard: Pick<SseGuard, 'admit'>,
): GuardMiddleware {
  return function sseGuard(request, response, next) {
    if (guard.admit(request, response)) next();
  };
}

/** For Fastify: it looks at a request before any handler or body parser does. */
export function createFastifyPlugin(
  guard: Pick<SseGuard, 'admit'>,
): GuardFastifyPlugin {
  const plugin: GuardFastifyPlugin = (app, _options, done) => {
    app.addHook('onRequest', (request, reply, next) => {
      // What plugins before set, such as CORS, Fastify keeps to itself.
      for (const [name, value] of Object.entries(reply.getHeaders())) {
        if (isCors(name)) reply.raw.setHeader(name, value as string);
      }
      if (guard.admit(request.raw, reply.raw)) {
        next();
        return;
      }
      reply.hijack();
    });
    done();
  };
  // Of the whole application, not of a scope of its own: as fastify-plugin does.
  return Object.assign(plugin, {
    [Symbol.for('skip-override')]: true,
    [Symbol.for('fastify.display-name')]: 'sse-guard',
  });
}

function isCors(name: string): boolean {
  return name === 'vary' || name.startsWith('access-control-');
}

/** Answers whether the process may be given new streams. */
export function createReadiness(
  guard: Pick<SseGuard, 'isDraining'>,
): SseGuard['readiness'] {
  return (_request, response) => {
    response.writeHead(guard.isDraining ? 503 : 200, {
      'content-type': 'text/plain; charset=utf-8',
      'cache-control': 'no-store',
    });
    response.end(guard.isDraining ? 'draining\n' : 'ready\n');
  };
}
