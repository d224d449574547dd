// A stream is compressed or it is not: that is said in its head, before any event. So
// what decides is how large the events have been lately.
import { constants } from 'node:zlib';
import compression from 'compression';

/**
 * @param {ReturnType<typeof import('./hub.js').createHub>} hub
 * @param {number} aboveBytes - of one event, on average.
 */
export function createCompression(hub, aboveBytes) {
  return compression({
    threshold: aboveBytes,
    filter: (_request, response) =>
      String(response.getHeader('Content-Type')).startsWith('text/event-stream')
        ? hub.replay.meanBytes() > aboveBytes
        : true,
    // Each write goes out at once: an event or heartbeat is not held back for more.
    flush: constants.Z_SYNC_FLUSH,
    // 24 kB for each stream, in place of 256: what repeats is near.
    windowBits: 12,
    memLevel: 4,
    // What browsers ask for, with settings of its own. Its better qualities keep half a
    // megabyte for each stream, and without its own flush nothing leaves for long.
    brotli: {
      flush: constants.BROTLI_OPERATION_FLUSH,
      params: {
        [constants.BROTLI_PARAM_QUALITY]: 1,
        [constants.BROTLI_PARAM_LGWIN]: 12,
      },
    },
  });
}
