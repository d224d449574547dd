import {
  createScanState,
  hasUnfinishedEvent,
  scan,
} from '../../protocol/scanner.ts';
import { cleanText } from '../text.ts';
import { findBuffering, gapsOf, median } from './buffering.ts';
import { createFieldReader } from './fields.ts';
import type { ArrivedEvent, Ending, StreamReport } from './stream-report.ts';

/** Of each list; a stream may be watched for hours. */
const MAX_KEPT = 1000;
/** A pause in which the rest of an event should have come, ms. */
const PAUSE_MS = 250;
/** What says that a stream is over, and was not cut. */
const FINALS: ReadonlySet<string> = new Set([
  '[DONE]',
  'done',
  'end',
  'complete',
  'completed',
  'close',
  'closed',
  'bye',
  'message_stop',
  'response.completed',
]);

/** Writes down what comes. */
export interface Recorder {
  readonly events: number;
  readonly comments: number;
  /** Bytes came, encoded. */
  readWire(bytes: number): void;
  /** Bytes came out of the decoder. */
  read(chunk: Uint8Array): void;
  failEncoding(error: Error): void;
  finish(ending: Ending): StreamReport;
}

/** @param headersMs - from the request to the headers. */
export function createRecorder(headersMs: number): Recorder {
  const started = performance.now();
  const state = createScanState(FINALS);
  const errors = {
    unknownFields: 0,
    nullsInId: 0,
    invalidRetries: 0,
    eventsWithoutData: 0,
    invalidUtf8: 0,
  };
  const arrived: ArrivedEvent[] = [];
  const times: number[] = [];
  const commentTimes: number[] = [];
  const types = new Set<string>();
  const ids: string[] = [];
  const retries: number[] = [];
  let counts = { events: 0, comments: 0, bytes: 0, wireBytes: 0 };
  let largestEvent = 0;
  let lastMs = 0;
  let longestSilenceMs = 0;
  let pauses = 0;
  let cuts = 0;
  let hasByteOrderMark = false;
  let hasFinalEvent = false;
  let encodingError: string | undefined;
  let firstEventMs: number | undefined;
  let now = 0;

  const elapsed = () => performance.now() - started;
  const keep = <Item>(list: Item[], item: Item) => {
    if (list.length < MAX_KEPT) list.push(item);
  };
  const readFields = createFieldReader({
    onEvent({ id, stamp, print }) {
      if (id !== undefined) keep(ids, id);
      keep(arrived, {
        atMs: now,
        print,
        ...(id !== undefined && { id }),
        ...(stamp && { stampMs: stamp.ms, grainMs: stamp.grainMs }),
      });
    },
    onId: (id) => keep(ids, id),
    onRetry: (ms) => keep(retries, ms),
    onByteOrderMark() {
      hasByteOrderMark = true;
    },
  });

  return {
    get events() {
      return counts.events;
    },
    get comments() {
      return counts.comments;
    },
    readWire(bytes) {
      counts.wireBytes += bytes;
    },
    read(chunk) {
      now = elapsed();
      const silence = now - lastMs;
      longestSilenceMs = Math.max(longestSilenceMs, silence);
      if (counts.bytes > 0 && silence >= PAUSE_MS) {
        pauses++;
        if (hasUnfinishedEvent(state)) cuts++;
      }
      lastMs = now;
      keep(times, now);
      const found = scan(state, chunk);
      counts = {
        ...counts,
        events: counts.events + found.events,
        comments: counts.comments + found.comments,
        bytes: counts.bytes + chunk.byteLength,
      };
      if (found.comments > 0) keep(commentTimes, now);
      if (found.events > 0) firstEventMs ??= now;
      for (const type of found.types) {
        if (types.size < 20) types.add(cleanText(type, 40));
      }
      for (const size of found.sizes.slice(0, found.events)) {
        largestEvent = Math.max(largestEvent, size);
      }
      hasFinalEvent ||= found.final;
      for (const name of Object.keys(errors) as (keyof typeof errors)[]) {
        errors[name] += found[name];
      }
      readFields(chunk);
    },
    failEncoding(error) {
      encodingError ??= cleanText(error.message);
    },
    finish(ending) {
      const watchedMs = elapsed();
      const lastSilenceMs = watchedMs - lastMs;
      const interval = median(gapsOf(arrived.map(({ atMs }) => atMs)));
      const heartbeat = median(gapsOf(commentTimes));
      const [firstByteMs] = times;
      return {
        ...counts,
        watchedMs,
        ending,
        types: [...types],
        largestEvent,
        hasByteOrderMark,
        hasFinalEvent,
        hasUnfinishedEvent: hasUnfinishedEvent(state),
        errors,
        retries,
        arrived,
        ids,
        longestSilenceMs: Math.max(longestSilenceMs, lastSilenceMs),
        lastSilenceMs,
        ...(encodingError !== undefined && { encodingError }),
        ...(firstByteMs !== undefined && { firstByteMs }),
        ...(firstEventMs !== undefined && { firstEventMs }),
        ...(interval !== undefined && { intervalMs: interval }),
        ...(heartbeat !== undefined && { heartbeatMs: heartbeat }),
        buffering: findBuffering({
          events: arrived,
          times,
          pauses,
          cuts,
          ending,
          headersMs,
          endMs: watchedMs,
        }),
      };
    },
  };
}
