// The routes, in the order in which they are asked.
import cors from 'cors';
import express from 'express';

import { requireToken } from './auth/require-token.js';
import { writeCookie } from './auth/token.js';
import { createErrorHandler } from './errors/answer.js';
import { createHealth } from './health.js';
import { createPage } from './page/page.js';
import { createPublishing } from './publish.js';
import { createCompression } from './stream/compression.js';
import { createStreamHandler } from './stream/open-stream.js';

/**
 * @param {object} parts
 * @param {ReturnType<typeof import('./config.js').readConfig>} parts.config
 * @param {import('pino').Logger} parts.logger
 * @param {ReturnType<typeof import('./stream/hub.js').createHub>} parts.hub
 * @param {ReturnType<typeof import('./guard.js').createGuard>} parts.guard
 * @param {() => { isReady: boolean, why?: string }} parts.isReady
 * @param {(type: string, data: string) => Promise<string>} parts.publish
 */
export function createApp({ config, logger, hub, guard, isReady, publish }) {
  const app = express();
  app.disable('x-powered-by');
  app.use(createHealth({ isReady }));
  // Before the guard: a browser hides from a page what lacks these headers, and the
  // page is to see the refusal.
  app.use(cors({ origin: config.ALLOWED_ORIGINS, credentials: true }));
  // Before the token is checked: refusing must be cheap.
  app.use(guard.middleware);
  app.use(createCompression(hub, config.COMPRESS_ABOVE_BYTES));

  const hasToken = requireToken(config);
  app.get('/events', hasToken, createStreamHandler({ config, logger, hub }));
  app.use('/events', hasToken, createPublishing({ publish }));
  // For EventSource, which can send no header.
  app.post('/session', hasToken, (_request, response) => {
    const { expiresAt } = response.locals['reader'];
    const { token } = response.locals;
    if (token !== '') response.set('Set-Cookie', writeCookie(token, expiresAt));
    response.status(204).end();
  });

  app.use(createPage(config.BROWSER_OTLP_URL));
  app.use(createErrorHandler(config, logger));
  return app;
}
