import {
  createSseGuard,
  SSE_GUARD_PRESETS,
} from 'opentelemetry-instrumentation-sse/guard';

/**
 * @param {object} parts
 * @param {ReturnType<typeof import('./config.js').readConfig>} parts.config
 * @param {import('pino').Logger} parts.logger
 * @param {() => boolean} parts.hasSource
 * @param {(because: object) => void} parts.cleanUp
 */
export function createGuard({ config, logger, hasSource, cleanUp }) {
  /** @type {NodeJS.Timeout | undefined} */
  let heapIsFull;
  return createSseGuard({
    ...SSE_GUARD_PRESETS.production,
    maxConnections: config.MAX_CONNECTIONS,
    ...(config.MAX_CONNECTIONS_PER_CLIENT > 0 && {
      maxConnectionsPerClient: config.MAX_CONNECTIONS_PER_CLIENT,
    }),
    maxHeapRatio: config.MAX_HEAP_RATIO,
    maxEventLoopDelaySeconds: config.MAX_EVENT_LOOP_DELAY_SECONDS,
    // Also for who does not say in Accept what it wants.
    match: ({ method, url = '' }) =>
      method === 'GET' && url.split('?')[0] === '/events',
    trustProxy: config.TRUST_PROXY,
    refusal: config.REFUSAL,
    retrySeconds: config.RETRY_SECONDS,
    // A stream without events would look well and be of no use.
    refuse: () => !hasSource(),
    onPressure(pressure) {
      logger.warn(pressure, 'pressure');
      if (pressure.limit !== 'maxHeapRatio') return;
      clearInterval(heapIsFull);
      if (!pressure.isOver) return;
      cleanUp(pressure);
      // It is told once. What one clean-up has not mended the next one may.
      heapIsFull = setInterval(() => cleanUp(pressure), 1000).unref();
    },
    onRefusal: (refusal) => logger.info(refusal, 'stream refused'),
  });
}
