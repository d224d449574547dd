// What is done about an error of the event source: how long to wait, and what is
// asked of the source afterwards.

/** @typedef {import('./classify.js').ErrorClass} ErrorClass */

/** After each time that the source wants less, and after each time-out. */
const SLOWER = 0.8;
const LONGER = 1.5;
/** A source that is well allows so many pages of history a second. */
const PAGES_PER_SECOND = 100;
const MAX_TIMEOUT_SECONDS = 60;

/**
 * @param {ReturnType<typeof import('../config.js').readConfig>} config
 */
export function createReactions(config) {
  let timeoutSeconds = config.TIMEOUT_SECONDS;
  let pagesPerSecond = PAGES_PER_SECOND;

  const waits = {
    RATE_LIMITED() {
      pagesPerSecond *= SLOWER;
      return config.RATE_LIMIT_WAIT_SECONDS;
    },
    TIMED_OUT() {
      timeoutSeconds = Math.min(MAX_TIMEOUT_SECONDS, timeoutSeconds * LONGER);
      return config.TIMEOUT_RETRY_SECONDS;
    },
    CONNECTION_REFUSED: () => config.REFUSED_RETRY_SECONDS,
    MEMORY_EXHAUSTED: () => config.REFUSED_RETRY_SECONDS,
  };

  return {
    /**
     * @param {ErrorClass | undefined} errorClass
     * @returns seconds to wait before the next attempt.
     */
    react(errorClass) {
      return waits[errorClass ?? 'CONNECTION_REFUSED']();
    },
    /** A source that is well again gets its time and its rate back. */
    reset() {
      timeoutSeconds = config.TIMEOUT_SECONDS;
      pagesPerSecond = PAGES_PER_SECOND;
    },
    read: () => ({ timeoutSeconds, pagesPerSecond }),
  };
}
