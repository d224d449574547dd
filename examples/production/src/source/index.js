import { createInProcessSource } from './in-process.js';
import { createPostgresSource } from './postgres.js';
import { createRedisSource } from './redis.js';

/**
 * Where events come from.
 *
 * @typedef {object} Source
 * @property {string} name
 * @property {boolean} isShared - whether other replicas have the same events.
 * @property {(options: OpenOptions) => Promise<Feed>} open - connects; resolves once
 * everything since `after` was given to `onEvent`.
 *
 * @typedef {object} OpenOptions
 * @property {(event: import('../replay-buffer.js').StreamEvent) => void} onEvent
 * @property {(id: string) => void} onStart - what came up to this id is gone.
 * @property {string | undefined} after - the last id that is known.
 * @property {AbortSignal} signal - ends the feed, or the opening of it.
 * @property {() => Promise<void>} pace - awaited before each page of history.
 *
 * @typedef {object} Feed
 * @property {Promise<unknown>} ended - resolves with the error, if there was one.
 * @property {(type: string, data: string) => Promise<string>} publish - gives the id.
 */

/**
 * @param {ReturnType<typeof import('../config.js').readConfig>} config
 * @returns {Source}
 */
export function createSource(config) {
  const { REDIS_URL, DATABASE_URL, REPLAY_EVENTS } = config;
  if (REDIS_URL) {
    return createRedisSource(REDIS_URL, {
      keptEvents: REPLAY_EVENTS,
      timeoutSeconds: config.TIMEOUT_SECONDS,
    });
  }
  if (DATABASE_URL) return createPostgresSource(DATABASE_URL, REPLAY_EVENTS);
  return createInProcessSource();
}
