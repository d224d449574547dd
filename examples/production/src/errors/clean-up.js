// Memory runs out: what can be given up is given up, before the process is lost with
// every stream in it.

/** Of the events kept for readers who come back. */
const KEPT_PART = 0.1;
/** One clean-up needs a moment to show. */
const REST_MS = 2000;

/**
 * @param {ReturnType<typeof import('../stream/hub.js').createHub>} hub
 * @param {import('pino').Logger} logger
 * @returns {(because: object) => void}
 */
export function createCleanUp(hub, logger) {
  let restsUntil = 0;
  return (because) => {
    if (performance.now() < restsUntil) return;
    restsUntil = performance.now() + REST_MS;
    const before = hub.replay.size();
    hub.replay.shrink(KEPT_PART);
    // They have the longest queues, and come back for what they missed.
    const closed = hub.closeAll(
      'MEMORY_EXHAUSTED',
      ({ isBlocked }) => isBlocked,
    );
    logger.error(
      { because, closed, before, after: hub.replay.size() },
      'emergency clean-up',
    );
  };
}
