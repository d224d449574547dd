import { classify } from './classify.js';

/**
 * What a request is told that failed: when to try again, where that may help, and
 * nothing of what is behind it.
 *
 * @param {ReturnType<typeof import('../config.js').readConfig>} config
 * @param {import('pino').Logger} logger
 * @returns {import('express').ErrorRequestHandler}
 */
export function createErrorHandler(config, logger) {
  const waits = {
    RATE_LIMITED: config.RATE_LIMIT_WAIT_SECONDS,
    TIMED_OUT: config.TIMEOUT_RETRY_SECONDS,
    CONNECTION_REFUSED: config.REFUSED_RETRY_SECONDS,
    MEMORY_EXHAUSTED: config.REFUSED_RETRY_SECONDS,
  };
  return (error, _request, response, next) => {
    if (response.headersSent) return next(error);
    if (error.status >= 400 && error.status < 500) {
      response.status(error.status).json({ error: error.message });
      return;
    }
    const errorClass = classify(error);
    logger.error({ errorClass, error: String(error) }, 'request failed');
    if (errorClass === undefined) {
      response.status(500).json({ error: 'failed' });
      return;
    }
    response.set('Retry-After', String(Math.ceil(waits[errorClass])));
    response.status(503).json({ error: errorClass });
  };
}
