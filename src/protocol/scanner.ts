import { readLines } from './lines.ts';
import {
  clearResult,
  plainEventOf,
  result,
  type ScanResult,
} from './scan-result.ts';
import { isBetweenBlocks, type ScanState } from './scan-state.ts';
import { binaryString, countInvalidUtf8, isAscii, utf8Length } from './utf8.ts';

/**
 * Counts what browsers would see in an event stream, by the parsing rules of
 * https://html.spec.whatwg.org/multipage/server-sent-events.html#event-stream-interpretation
 * It looks at chunks as they pass, cut anywhere, and keeps no payload: only
 * where in a line it stands and, while a block is open, its event type.
 */
export type { ScanResult } from './scan-result.ts';
export {
  createScanState,
  hasUnfinishedEvent,
  isBetweenBlocks,
  MAX_EVENT_TYPE_BYTES,
  MAX_FINAL_BYTES,
  type ScanState,
} from './scan-state.ts';

/** Longest chunk remembered for the next call. */
const MAX_REMEMBERED = 65_536;

let rememberedChunk: string | Uint8Array | undefined;
let rememberedFinals: ReadonlySet<string> | undefined;
let rememberedResult = result;
let isForgetting = false;

/**
 * Reads the next chunk of a stream. A chunk scanned just before, as it is when
 * one event is broadcast to many connections, is not read again.
 *
 * @param chunk - text, or bytes in UTF-8; cut anywhere.
 * @param byteLength - the chunk's size in UTF-8 bytes.
 * @returns an object that the next call may write anew.
 */
export function scan(
  state: ScanState,
  chunk: string | Uint8Array,
  byteLength = typeof chunk === 'string' ? utf8Length(chunk) : chunk.byteLength,
): ScanResult {
  const wasBetweenBlocks = isBetweenBlocks(state);
  if (
    wasBetweenBlocks &&
    chunk === rememberedChunk &&
    state.scanFinals === rememberedFinals
  ) {
    return rememberedResult;
  }
  if (
    wasBetweenBlocks &&
    state.scanFinals === undefined &&
    typeof chunk === 'string' &&
    isPlainEvent(chunk)
  ) {
    const isKept = byteLength <= MAX_REMEMBERED;
    rememberedChunk = isKept ? chunk : undefined;
    rememberedFinals = undefined;
    rememberedResult = plainEventOf(byteLength);
    return rememberedResult;
  }
  rememberedChunk = undefined;
  rememberedResult = result;
  clearResult();
  if (typeof chunk === 'string') {
    if (state.scanUtf8 !== 0 && chunk !== '') {
      state.scanUtf8 = 0;
      result.invalidUtf8++;
    }
    readLines(state, chunk, byteLength === chunk.length, false);
  } else {
    const binary = binaryString(chunk);
    if (state.scanUtf8 !== 0 || !isAscii(binary)) {
      const { errors, pending } = countInvalidUtf8(binary, state.scanUtf8);
      result.invalidUtf8 = errors;
      state.scanUtf8 = pending;
    }
    readLines(state, binary, true, true);
  }
  if (
    wasBetweenBlocks &&
    byteLength <= MAX_REMEMBERED &&
    isBetweenBlocks(state)
  ) {
    rememberedChunk = chunk;
    rememberedFinals = state.scanFinals;
    // Bytes may be overwritten once this turn is over; text cannot.
    if (typeof chunk !== 'string' && !isForgetting) {
      isForgetting = true;
      queueMicrotask(forgetBytes);
    }
  }
  return result;
}

const LF = 10;

/** Whether a text is one `data` line and a blank one, which is what most are. */
function isPlainEvent(text: string): boolean {
  const blank = text.length - 1;
  return (
    text.charCodeAt(blank) === LF &&
    text.charCodeAt(0) === 100 &&
    text.startsWith('ata:', 1) &&
    text.indexOf('\n') === blank - 1 &&
    !text.includes('\r')
  );
}

/** Lets go of the chunk that the last call of {@link scan} remembered. */
export function forgetChunk(): void {
  rememberedChunk = undefined;
}

function forgetBytes(): void {
  isForgetting = false;
  if (typeof rememberedChunk !== 'string') rememberedChunk = undefined;
}
