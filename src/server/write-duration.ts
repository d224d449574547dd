import type { Connection } from './connection.ts';
import { reportFailure } from './failure.ts';
import type { ServerMonitor } from './monitor.ts';
import type { Method } from './patch.ts';

/**
 * Writes with a callback that takes the time until the kernel accepted it. A
 * callback where the application gave none changes nothing that it sees.
 *
 * @param args - chunk, encoding and callback as the application gave them.
 * @returns what the original returns. @throws what the original throws.
 */
export function writeTimed(
  monitor: ServerMonitor,
  connection: Connection,
  original: Method,
  [chunk, encoding, callback]: readonly [unknown, unknown, unknown],
): unknown {
  monitor.writeSampler.rearm();
  const { response, series } = connection;
  const own = typeof encoding === 'function' ? encoding : callback;
  if (own !== undefined && typeof own !== 'function') {
    return original.call(response, chunk, encoding, callback);
  }
  const start = performance.now();
  const timed = function (this: unknown, ...results: unknown[]): unknown {
    try {
      // With an error it was not accepted.
      if (!results[0]) {
        const seconds = (performance.now() - start) / 1000;
        monitor.histograms.writeDuration.record(seconds, series.attributes);
      }
    } catch (error) {
      reportFailure(error);
    }
    return own?.apply(this, results);
  };
  const named = typeof encoding === 'function' ? undefined : encoding;
  return original.call(response, chunk, named, timed);
}
