/** Where one stream stands between two chunks. Constant in size. */
export interface ScanState {
  /** Bits: see the flags below. */
  scanFlags: number;
  /** Which part of a line comes next. */
  scanLine: number;
  /** Characters of the field's name that matched so far. */
  scanMatched: number;
  /** Bytes of the open block in earlier chunks. */
  scanBlock: number;
  /** Of a character cut between chunks: what `countInvalidUtf8` needs. */
  scanUtf8: number;
  /** Event type of the open block, a binary string of at most 128 bytes. */
  scanType: string;
  /** Start of the open data line, kept only where `scanFinals` is given. */
  scanData: string;
  /** Event types and data lines that are final: binary strings, ≤ 32 bytes. */
  scanFinals: ReadonlySet<string> | undefined;
}

/** Longest event type kept, in bytes; longer ones are cut. */
export const MAX_EVENT_TYPE_BYTES = 128;
/** Longest final event or data line, in bytes. */
export const MAX_FINAL_BYTES = 32;

// Flags. A stream between two blocks has STARTED alone: see isBetweenBlocks.
export const STARTED = 1;
export const SKIP_LF = 2;
export const AFTER_COLON = 4;
export const HAS_DATA = 8;
export const HAS_EVENT = 16;
export const SAW_DIGIT = 32;
export const SAW_OTHER = 64;
export const FINAL = 128;

// Parts of a line.
export const START = 0;
export const NAME_DATA = 1;
export const NAME_EVENT = 2;
export const NAME_ID = 3;
export const NAME_RETRY = 4;
export const BOM = 5;
export const VALUE_DATA = 6;
export const VALUE_EVENT = 7;
export const VALUE_ID = 8;
export const VALUE_RETRY = 9;
export const COMMENT = 10;
export const UNKNOWN = 11;

/** The state of a stream of which nothing was seen yet. */
export function createScanState(
  finals: ReadonlySet<string> | undefined = undefined,
): ScanState {
  return {
    scanFlags: 0,
    scanLine: START,
    scanMatched: 0,
    scanBlock: 0,
    scanUtf8: 0,
    scanType: '',
    scanData: '',
    scanFinals: finals,
  };
}

/** Whether the stream stands where an event could be written by someone else. */
export function isBetweenBlocks(state: ScanState): boolean {
  // Anything begun, even a character, is in the open block's bytes.
  return state.scanFlags === STARTED && state.scanBlock === 0;
}

/** Whether an event was begun and not ended: at the end it is not one. */
export function hasUnfinishedEvent(state: ScanState): boolean {
  const { scanFlags, scanLine } = state;
  if ((scanFlags & (HAS_DATA | HAS_EVENT)) !== 0) return true;
  return scanLine === VALUE_DATA || scanLine === VALUE_EVENT;
}
