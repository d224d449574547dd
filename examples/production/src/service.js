// Puts the parts together.
import { createServer } from 'node:http';

import { createApp } from './app.js';
import { startDemo } from './demo.js';
import { createCleanUp } from './errors/clean-up.js';
import { createGuard } from './guard.js';
import { createSource } from './source/index.js';
import { keepOpen } from './source/keep-open.js';
import { createHub } from './stream/hub.js';

/**
 * @param {ReturnType<typeof import('./config.js').readConfig>} config
 * @param {import('pino').Logger} logger
 */
export function createService(config, logger) {
  const source = createSource(config);
  const hub = createHub(config, source.isShared);
  const cleanUp = createCleanUp(hub, logger);
  /** `undefined`: not yet; `lost`: so often that nobody asks for a while. */
  let sourceState = /** @type {'up' | 'away' | 'lost' | undefined} */ (
    undefined
  );

  const guard = createGuard({
    config,
    logger,
    cleanUp,
    hasSource: () => sourceState === 'up' || sourceState === 'away',
  });

  const kept = keepOpen(source, config, {
    onEvent: hub.deliver,
    lastId: hub.replay.lastId,
    onStart(id) {
      if (!hub.replay.startAfter(id)) {
        logger.error(
          { upTo: id },
          'events were lost while the source was away',
        );
      }
    },
    onUp() {
      logger.info({ source: source.name, state: 'up' }, 'source');
      sourceState = 'up';
      hub.backOff(config.RETRY_SECONDS);
    },
    onTrouble(trouble) {
      const { error, errorClass, waitSeconds, isBroken } = trouble;
      logger.warn({ ...trouble, error: String(error) }, 'source');
      if (errorClass === 'MEMORY_EXHAUSTED') cleanUp({ source: String(error) });
      hub.backOff(waitSeconds);
      if (sourceState === 'up') sourceState = 'away';
      if (isBroken && sourceState !== 'lost') {
        sourceState = 'lost';
        // Another replica may have its source: better there than silent here.
        hub.closeAll(errorClass ?? 'CONNECTION_REFUSED');
      }
    },
  });

  const isReady = () => {
    if (guard.isDraining) return { isReady: false, why: 'draining' };
    if (sourceState === undefined) return { isReady: false, why: 'starting' };
    if (sourceState === 'lost')
      return { isReady: false, why: 'no event source' };
    return { isReady: true };
  };

  const { publish } = kept;
  const app = createApp({ config, logger, hub, guard, isReady, publish });
  const server = createServer(app);
  const stopDemo = startDemo(publish, {
    eventsPerSecond: config.DEMO_EVENTS_PER_SECOND,
    eventBytes: config.DEMO_EVENT_BYTES,
  });

  return {
    server,
    /** Ends every stream within the time of DRAIN_SECONDS, then everything else. */
    async stop() {
      const result = await guard.drain({
        seconds: config.DRAIN_SECONDS,
        retry: config.RETRY_SECONDS * 1000,
        event: { type: 'bye', data: '{"reason":"restart"}' },
      });
      logger.info(result, 'drained');
      stopDemo();
      await kept.stop();
      server.close();
      // Whatever is left, such as a request that never ends.
      server.closeAllConnections();
      guard.stop();
    },
  };
}
