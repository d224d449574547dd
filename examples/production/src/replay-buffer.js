// The last events, for readers who come back with `Last-Event-ID`.
import { compareIds, parseId } from './event-id.js';

/**
 * @typedef {object} StreamEvent
 * @property {string} id - see event-id.js
 * @property {string} type
 * @property {string} data - one line of JSON
 */

/**
 * Bounded twice: a thousand large events are as dangerous as a million small ones.
 *
 * @param {{ maxEvents: number, maxBytes: number }} limits
 * @param {boolean} isShared - whether other replicas have the same events.
 */
export function createReplayBuffer({ maxEvents, maxBytes }, isShared) {
  /** @type {{ event: StreamEvent, key: readonly [number, number], bytes: number }[]} */
  let kept = [];
  let bytes = 0;
  let forgotten = /** @type {readonly [number, number] | undefined} */ (
    undefined
  );

  /** @param {number} count - of the oldest. */
  function forget(count) {
    if (count <= 0) return;
    const removed = kept.slice(0, count);
    kept = kept.slice(count);
    forgotten = removed.at(-1)?.key ?? forgotten;
    for (const entry of removed) bytes -= entry.bytes;
  }

  /** Room for a tenth more: to move the whole array for each event would be dear. */
  function trim() {
    if (kept.length > maxEvents * 1.1) forget(kept.length - maxEvents);
    if (bytes <= maxBytes) return;
    let count = 0;
    for (let left = bytes; left > maxBytes * 0.9 && count < kept.length; ) {
      left -= kept[count++].bytes;
    }
    forget(count);
  }

  /** @returns the place of the first event that came after the id. */
  function findAfter(key) {
    let low = 0;
    let high = kept.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (compareIds(kept[middle].key, key) <= 0) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  return {
    /**
     * @param {StreamEvent} event
     * @returns whether it is new: a source that was away may repeat the last ones.
     */
    push(event) {
      const key = parseId(event.id);
      if (key === undefined) throw new TypeError(`bad event id ${event.id}`);
      const last = kept.at(-1)?.key ?? forgotten;
      if (last !== undefined && compareIds(key, last) <= 0) return false;
      const size = Buffer.byteLength(event.data);
      kept.push({ event, key, bytes: size });
      bytes += size;
      trim();
      return true;
    },

    /**
     * @param {string} id - of the last event that cannot be had.
     * @returns whether nothing is missing between it and what is kept.
     */
    startAfter(id) {
      const key = parseId(id) ?? [0, 0];
      const last = kept.at(-1)?.key ?? forgotten;
      if (last !== undefined && compareIds(key, last) <= 0) return true;
      forget(kept.length);
      forgotten = key;
      return last === undefined;
    },

    /**
     * @param {string} id - what the reader had last.
     * @returns the events since, and whether that is all that it missed.
     */
    readAfter(id) {
      const key = parseId(id);
      const last = kept.at(-1)?.key ?? forgotten;
      const isOurs =
        key !== undefined &&
        // Another replica may be a moment ahead of this one.
        (isShared || last === undefined || compareIds(key, last) <= 0);
      const from = isOurs ? findAfter(key) : 0;
      return {
        events: kept.slice(from).map(({ event }) => event),
        isComplete:
          isOurs &&
          (forgotten === undefined || compareIds(key, forgotten) >= 0),
      };
    },

    /** @returns the newest id, nothing as long as there was no event. */
    lastId: () => kept.at(-1)?.event.id,
    /** @returns bytes of one event, on average; 0 without any. */
    meanBytes: () => (kept.length === 0 ? 0 : bytes / kept.length),
    size: () => ({ events: kept.length, bytes }),
    /** Keeps the newest part of the events alone. */
    shrink: (/** @type {number} */ part) =>
      forget(kept.length - Math.floor(kept.length * part)),
  };
}
