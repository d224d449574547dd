import { reportFailure } from './failure.ts';
import { CONNECTION, type MeasuredResponse } from './keys.ts';
import type { ServerMonitor } from './monitor.ts';
import type { Method } from './patch.ts';

/**
 * Writes with a callback that takes the time until the kernel accepted it. A
 * callback where the application gave none changes nothing that it sees.
 *
 * @returns what the original returns. @throws what the original throws.
 */
export function writeTimed(
  monitor: ServerMonitor,
  response: MeasuredResponse,
  original: Method,
  chunk: unknown,
  encoding: unknown,
  callback: unknown,
): unknown {
  monitor.writeSampler.rearm();
  const own = typeof encoding === 'function' ? encoding : callback;
  if (own !== undefined && typeof own !== 'function') {
    return original.call(response, chunk, encoding, callback);
  }
  const start = performance.now();
  const timed = function (this: unknown, ...results: unknown[]): unknown {
    try {
      const connection = response[CONNECTION];
      // With an error it was not accepted.
      if (connection !== undefined && !results[0]) {
        const seconds = (performance.now() - start) / 1000;
        const { attributes } = connection.series;
        monitor.histograms.writeDuration.record(seconds, attributes);
      }
    } catch (error) {
      reportFailure(error);
    }
    return own?.apply(this, results);
  };
  const named = typeof encoding === 'function' ? undefined : encoding;
  return original.call(response, chunk, named, timed);
}
