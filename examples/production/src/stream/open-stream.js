// What a GET of /events is answered with.
import { once } from 'node:events';
import { reportReplay } from 'opentelemetry-instrumentation-sse';

import { compareIds, parseId } from '../event-id.js';
import { BatchedSession } from './batched-session.js';
import { closeAtExpiry } from './expiry.js';

/**
 * @param {object} parts
 * @param {ReturnType<typeof import('./hub.js').createHub>} parts.hub
 * @param {ReturnType<typeof import('../config.js').readConfig>} parts.config
 * @param {import('pino').Logger} parts.logger
 * @returns {import('express').RequestHandler}
 */
export function createStreamHandler({ hub, config, logger }) {
  const limits = {
    batchMs: config.BATCH_MS,
    maxQueuedEvents: config.MAX_QUEUED_EVENTS,
  };

  return async (request, response) => {
    const { subject, expiresAt } = response.locals['reader'];
    // Gone while its token was checked: nobody would tell the session any more.
    if (response.closed || request.destroyed) return;
    const session = new BatchedSession(
      request,
      response,
      {
        keepAlive: config.HEARTBEAT_SECONDS * 1000,
        retry: hub.drawRetry(),
        // The default also forbids to compress (no-transform).
        headers: { 'Cache-Control': 'private, no-store' },
      },
      limits,
    );
    await once(session, 'connected');
    if (response.closed) return;

    const lastId = session.lastId;
    const replayed = lastId === '' ? undefined : resume(lastId);
    // In the same turn: no event comes between replay and registration.
    hub.register(session);

    const openedAt = performance.now();
    const stopTimer = closeAtExpiry(session, expiresAt);
    const log = logger.child({ reader: subject });
    log.info({ lastId: lastId || undefined, replayed }, 'stream opened');
    response.once('close', () => {
      stopTimer();
      const seconds = Math.round((performance.now() - openedAt) / 100) / 10;
      const errorType = response.errored?.code;
      log.info({ seconds, errorType, lastId: session.lastId }, 'stream closed');
    });

    /** @returns how many events were replayed. */
    function resume(id) {
      const { events, isComplete } = hub.replay.readAfter(id);
      reportReplay(response, { events: events.length, complete: isComplete });
      const key = parseId(id);
      if (isComplete) {
        session.state.isAhead = (other) => compareIds(parseId(other), key) <= 0;
      }
      session.write((buffer) => {
        // For a page that has to load the whole again.
        if (!isComplete) buffer.event('gap').data('{}').dispatch();
        for (const event of events)
          buffer.push(event.data, event.type, event.id);
      });
      session.lastId = events.at(-1)?.id ?? id;
      return events.length;
    }
  };
}
