// All open streams, and the events that each of them gets.
import { createChannel } from 'better-sse';

import { createStreamError } from '../errors/classify.js';
import { createReplayBuffer } from '../replay-buffer.js';

/**
 * @param {ReturnType<typeof import('../config.js').readConfig>} config
 * @param {boolean} isShared - whether other replicas have the same events.
 */
export function createHub(config, isShared) {
  const channel = createChannel();
  const replay = createReplayBuffer(
    { maxEvents: config.REPLAY_EVENTS, maxBytes: config.REPLAY_BYTES },
    isShared,
  );
  let retryMs = config.RETRY_SECONDS * 1000;

  /** @returns {readonly import('./batched-session.js').BatchedSession[]} */
  const sessions = () => /** @type {any} */ (channel.activeSessions);

  /** From once to one and a half times: they must not all come back together. */
  const drawRetry = () => Math.round(retryMs * (1 + Math.random() / 2));

  return {
    replay,
    sessions,
    drawRetry,
    register: (session) => channel.register(session),

    /** @param {import('../replay-buffer.js').StreamEvent} event */
    deliver(event) {
      if (!replay.push(event)) return;
      const { id, type, data } = event;
      // A reader of another replica may have seen events that come here only now.
      const filter = ({ state }) => !state.isAhead?.(id);
      channel.broadcast(data, type, { eventId: id, filter });
    },

    /** Tells every client how long to stay away after it has lost its stream. */
    backOff(seconds) {
      if (seconds * 1000 === retryMs) return;
      retryMs = seconds * 1000;
      for (const session of sessions()) {
        session.write((buffer) => buffer.retry(drawRetry()).dispatch());
      }
    },

    /**
     * Cuts streams off. What was written just now goes out first.
     *
     * @param {import('../errors/classify.js').ErrorClass} errorClass
     * @returns how many.
     */
    closeAll(errorClass, isChosen = (_session) => true) {
      const chosen = sessions().filter(isChosen);
      for (const session of chosen) session.fail(createStreamError(errorClass));
      return chosen.length;
    },
  };
}
