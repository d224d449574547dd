// Keeps the event source open: again after each error, by the class of the error.
import { setTimeout as delay } from 'node:timers/promises';
import {
  BrokenCircuitError,
  ConsecutiveBreaker,
  circuitBreaker,
  DelegateBackoff,
  handleAll,
  handleWhen,
  retry,
  TimeoutStrategy,
  timeout,
  wrap,
} from 'cockatiel';

import { classify } from '../errors/classify.js';
import { createReactions } from '../errors/reactions.js';

/**
 * @typedef {object} Listeners
 * @property {(event: import('../replay-buffer.js').StreamEvent) => void} onEvent
 * @property {(id: string) => void} onStart
 * @property {() => string | undefined} lastId
 * @property {() => void} onUp - what was missed meanwhile has come.
 * @property {(trouble: Trouble) => void} onTrouble
 *
 * @typedef {object} Trouble
 * @property {unknown} error
 * @property {import('../errors/classify.js').ErrorClass | undefined} errorClass
 * @property {number} waitSeconds - until the next attempt.
 * @property {boolean} isBroken - so often in a row that nobody asks for a while.
 * @property {number} timeoutSeconds
 * @property {number} pagesPerSecond
 */

/**
 * @param {import('./index.js').Source} source
 * @param {ReturnType<typeof import('../config.js').readConfig>} config
 * @param {Listeners} listeners
 * @returns the source as it is now, and how to stop.
 */
export function keepOpen(source, config, listeners) {
  const stopping = new AbortController();
  const reactions = createReactions(config);
  const breaker = circuitBreaker(
    handleWhen((error) => classify(error) === 'CONNECTION_REFUSED'),
    {
      halfOpenAfter: config.BREAK_SECONDS * 1000,
      // After more than so many.
      breaker: new ConsecutiveBreaker(config.BREAK_AFTER_REFUSALS + 1),
    },
  );
  const retrying = retry(handleAll, {
    maxAttempts: Number.POSITIVE_INFINITY,
    backoff: new DelegateBackoff(({ result }) => tell(result.error) * 1000),
  });
  const policy = wrap(retrying, breaker);
  /** @type {import('./index.js').Feed | undefined} */
  let feed;

  /** @returns seconds to wait. */
  function tell(error) {
    const isBroken = error instanceof BrokenCircuitError;
    const errorClass = classify(error);
    const waitSeconds = isBroken
      ? config.BREAK_SECONDS
      : reactions.react(errorClass);
    listeners.onTrouble({
      error,
      errorClass,
      waitSeconds,
      isBroken,
      ...reactions.read(),
    });
    return waitSeconds;
  }

  async function open({ signal: stop }) {
    const { timeoutSeconds, pagesPerSecond } = reactions.read();
    const attempt = new AbortController();
    const signal = AbortSignal.any([stop, attempt.signal]);
    try {
      return await timeout(timeoutSeconds * 1000, {
        strategy: TimeoutStrategy.Aggressive,
        abortOnReturn: false,
      }).execute(() =>
        source.open({
          onEvent: listeners.onEvent,
          onStart: listeners.onStart,
          after: listeners.lastId(),
          signal,
          pace: () => delay(1000 / pagesPerSecond, undefined, { signal }),
        }),
      );
    } catch (error) {
      attempt.abort();
      throw error;
    }
  }

  async function run() {
    const { signal } = stopping;
    while (!signal.aborted) {
      feed = await policy.execute(open, signal);
      reactions.reset();
      listeners.onUp();
      const error = await feed.ended;
      feed = undefined;
      if (signal.aborted) return;
      const waitSeconds = tell(error);
      await delay(waitSeconds * 1000, undefined, { signal });
    }
  }

  // Only the stopping ends it with an error.
  const running = run().catch((error) => {
    if (!stopping.signal.aborted) throw error;
  });

  return {
    isOpen: () => feed !== undefined,
    /** @throws Error while the source is away, or because of it. */
    async publish(type, data) {
      if (feed === undefined) throw new Error('the event source hung up');
      return feed.publish(type, data);
    },
    async stop() {
      stopping.abort();
      await running;
    },
  };
}
