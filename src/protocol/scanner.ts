import {
  binaryString,
  countInvalidUtf8,
  decodeBinary,
  encodeBinary,
  isAscii,
  utf8Length,
} from './utf8.ts';

/**
 * Counts what browsers would see in an event stream, by the parsing rules of
 * https://html.spec.whatwg.org/multipage/server-sent-events.html#event-stream-interpretation
 * It looks at chunks as they pass, cut anywhere, and keeps no payload: only
 * where in a line it stands and, while a block is open, its event type.
 */

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
  /** Of a character cut between chunks: what {@link countInvalidUtf8} needs. */
  scanUtf8: number;
  /** Event type of the open block, a binary string of at most 128 bytes. */
  scanType: string;
  /** Start of the open data line, kept only where `scanFinals` is given. */
  scanData: string;
  /** Event types and data lines that are final: binary strings, ≤ 32 bytes. */
  scanFinals: ReadonlySet<string> | undefined;
}

/** What one chunk held. Valid until the next call of {@link scan}. */
export interface ScanResult {
  /** Events that a browser would dispatch. */
  events: number;
  /** Lines that start with a colon. */
  comments: number;
  /** Event types in order, a run of equal ones once. */
  types: string[];
  /** How many events each run of `types` has. */
  typeCounts: number[];
  /**
   * Bytes of each event: its block's first byte to the end of its blank line.
   * A blank line of CR LF ends with its CR: the LF may come much later.
   */
  sizes: number[];
  /** Whether a final event (see `scanFinals`) was dispatched. */
  final: boolean;
  unknownFields: number;
  nullsInId: number;
  invalidRetries: number;
  /** Blocks with an `event` line and no data: browsers dispatch nothing. */
  eventsWithoutData: number;
  invalidUtf8: number;
}

/** Longest event type kept, in bytes; longer ones are cut. */
export const MAX_EVENT_TYPE_BYTES = 128;
/** Longest final event or data line, in bytes. */
export const MAX_FINAL_BYTES = 32;

// Flags. A stream between two blocks has STARTED alone: see isBetweenBlocks.
const STARTED = 1;
const SKIP_LF = 2;
const AFTER_COLON = 4;
const HAS_DATA = 8;
const HAS_EVENT = 16;
const SAW_DIGIT = 32;
const SAW_OTHER = 64;
const FINAL = 128;

// Parts of a line.
const START = 0;
const NAME_DATA = 1;
const NAME_EVENT = 2;
const NAME_ID = 3;
const NAME_RETRY = 4;
const BOM = 5;
const VALUE_DATA = 6;
const VALUE_EVENT = 7;
const VALUE_ID = 8;
const VALUE_RETRY = 9;
const COMMENT = 10;
const UNKNOWN = 11;
const NAMES = ['', 'data', 'event', 'id', 'retry'] as const;
/** From a field's name to its value. */
const TO_VALUE = 5;

const LF = 10;
const CR = 13;
const SPACE = 32;
const COLON = 58;
const BYTE_ORDER_MARK = '\xef\xbb\xbf';

/** Longest chunk remembered for the next call. */
const MAX_REMEMBERED = 65_536;

/** Most event types whose names are kept at hand. */
const MAX_TYPE_NAMES = 64;

/** From a type's binary string to its text. */
const typeNames = new Map<string, string>();

const result: ScanResult = createResult();
let rememberedChunk: string | Uint8Array | undefined;
let rememberedFinals: ReadonlySet<string> | undefined;
let isForgetting = false;

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

/**
 * Reads the next chunk of a stream. A chunk scanned just before, as it is when
 * one event is broadcast to many connections, is not read again.
 *
 * @param chunk - text, or bytes in UTF-8; cut anywhere.
 * @param byteLength - the chunk's size in UTF-8 bytes.
 * @returns one object, written anew by the next call.
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
    return result;
  }
  rememberedChunk = undefined;
  clearResult(result);
  if (typeof chunk === 'string') {
    if (state.scanUtf8 !== 0 && chunk !== '') {
      state.scanUtf8 = 0;
      result.invalidUtf8++;
    }
    read(state, chunk, byteLength === chunk.length, false);
  } else {
    const binary = binaryString(chunk);
    if (state.scanUtf8 !== 0 || !isAscii(binary)) {
      const { errors, pending } = countInvalidUtf8(binary, state.scanUtf8);
      result.invalidUtf8 = errors;
      state.scanUtf8 = pending;
    }
    read(state, binary, true, true);
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

/** Whether an event was begun and not ended: at the end it is not one. */
export function hasUnfinishedEvent(state: ScanState): boolean {
  const { scanFlags, scanLine } = state;
  if ((scanFlags & (HAS_DATA | HAS_EVENT)) !== 0) return true;
  return scanLine === VALUE_DATA || scanLine === VALUE_EVENT;
}

/** Lets go of the chunk that the last call of {@link scan} remembered. */
export function forgetChunk(): void {
  rememberedChunk = undefined;
}

function forgetBytes(): void {
  isForgetting = false;
  if (typeof rememberedChunk !== 'string') rememberedChunk = undefined;
}

/** Whether the stream stands where an event could be written by someone else. */
export function isBetweenBlocks(state: ScanState): boolean {
  // Anything begun, even a character, is in the open block's bytes.
  return state.scanFlags === STARTED && state.scanBlock === 0;
}

/** @param isBytes - one character a byte; else text. */
function read(
  state: ScanState,
  text: string,
  isOneBytePerChar: boolean,
  isBytes: boolean,
): void {
  const length = text.length;
  if (length === 0) return;
  let i = 0;
  if ((state.scanFlags & STARTED) === 0) {
    i = skipByteOrderMark(state, text, isBytes);
  }
  let blockStart = i;
  let line = state.scanLine;
  let flags = state.scanFlags;
  let lf = -2;
  let cr = text.indexOf('\r');
  if ((flags & SKIP_LF) !== 0) {
    flags &= ~SKIP_LF;
    if (text.charCodeAt(i) === LF) {
      i++;
      // The second half of a blank line belongs to no block.
      if (line === START && state.scanBlock === 0) blockStart = i;
    }
  }
  while (i < length) {
    if (line < VALUE_DATA) {
      const code = text.charCodeAt(i);
      if (code !== LF && code !== CR) {
        i++;
        if (line === START) {
          line = lineOf(code);
          state.scanMatched = 1;
        } else if (code === COLON) {
          line =
            state.scanMatched === NAMES[line as 1]?.length
              ? line + TO_VALUE
              : UNKNOWN;
        } else if (code === NAMES[line as 1]?.charCodeAt(state.scanMatched)) {
          state.scanMatched++;
        } else {
          line = UNKNOWN;
        }
        if (line >= VALUE_DATA && line <= VALUE_RETRY) {
          flags |= AFTER_COLON;
          if (line === VALUE_EVENT) state.scanType = '';
        }
        continue;
      }
    }
    // In the rest of a line, or at the end of one: up to the line's end at once.
    if (lf < i && lf !== -1) lf = text.indexOf('\n', i);
    if (cr < i && cr !== -1) cr = text.indexOf('\r', i);
    const end = cr !== -1 && (lf === -1 || cr < lf) ? cr : lf;
    const stop = end === -1 ? length : end;
    if (stop > i && line >= VALUE_DATA && line <= VALUE_RETRY) {
      flags = readValue(state, line, flags, text, i, stop, isBytes);
    }
    i = stop;
    if (end === -1) break;
    i++;
    const isBlank = line === START;
    if (isBlank) {
      const size = isOneBytePerChar
        ? i - blockStart
        : utf8Length(text, blockStart, i);
      flags = dispatch(state, flags, state.scanBlock + size);
      state.scanBlock = 0;
    } else {
      flags = endLine(state, line, flags);
    }
    line = START;
    if (end === cr) {
      if (i === length) flags |= SKIP_LF;
      else if (text.charCodeAt(i) === LF) i++;
    }
    if (isBlank) blockStart = i;
  }
  state.scanBlock += isOneBytePerChar
    ? length - blockStart
    : utf8Length(text, blockStart, length);
  state.scanLine = line;
  state.scanFlags = flags;
  // A slice would keep the whole chunk alive.
  if (state.scanType.length > 12) state.scanType = copy(state.scanType);
  if (state.scanData.length > 12) state.scanData = copy(state.scanData);
}

function lineOf(code: number): number {
  switch (code) {
    case COLON:
      return COMMENT;
    case 100: // d
      return NAME_DATA;
    case 101: // e
      return NAME_EVENT;
    case 105: // i
      return NAME_ID;
    case 114: // r
      return NAME_RETRY;
    default:
      return UNKNOWN;
  }
}

/** @returns the flags after the piece of a value from `start` to `end`. */
function readValue(
  state: ScanState,
  line: number,
  before: number,
  text: string,
  start: number,
  end: number,
  isBytes: boolean,
): number {
  let flags = before & ~AFTER_COLON;
  let from = start;
  if (flags !== before && text.charCodeAt(from) === SPACE) from++;
  if (line === VALUE_DATA) {
    if (state.scanFinals !== undefined) {
      state.scanData = append(
        state.scanData,
        text,
        from,
        end,
        MAX_FINAL_BYTES + 1,
        isBytes,
      );
    }
  } else if (line === VALUE_EVENT) {
    state.scanType = append(
      state.scanType,
      text,
      from,
      end,
      MAX_EVENT_TYPE_BYTES,
      isBytes,
    );
  } else {
    for (let i = from; i < end; i++) {
      const code = text.charCodeAt(i);
      if (line === VALUE_ID) {
        if (code === 0) flags |= SAW_OTHER;
      } else flags |= code >= 48 && code <= 57 ? SAW_DIGIT : SAW_OTHER;
    }
  }
  return flags;
}

function append(
  draft: string,
  text: string,
  start: number,
  end: number,
  limit: number,
  isBytes: boolean,
): string {
  const room = limit - draft.length;
  if (room <= 0) return draft;
  const piece = text.slice(start, Math.min(end, start + room));
  return isBytes
    ? draft + piece
    : (draft + encodeBinary(piece)).slice(0, limit);
}

/** @returns the flags after a line that is not blank. */
function endLine(state: ScanState, line: number, before: number): number {
  let flags = before;
  let field = line;
  if (line < VALUE_DATA) {
    // No colon: the whole line is the field's name, its value is empty.
    field =
      state.scanMatched === NAMES[line as 1]?.length
        ? line + TO_VALUE
        : UNKNOWN;
    if (field === VALUE_EVENT) state.scanType = '';
  }
  switch (field) {
    case VALUE_DATA:
      flags |= HAS_DATA;
      if (state.scanFinals?.has(state.scanData)) flags |= FINAL;
      state.scanData = '';
      break;
    case VALUE_EVENT:
      flags |= HAS_EVENT;
      break;
    case VALUE_ID:
      if ((flags & SAW_OTHER) !== 0) result.nullsInId++;
      break;
    case VALUE_RETRY:
      if ((flags & (SAW_DIGIT | SAW_OTHER)) !== SAW_DIGIT) {
        result.invalidRetries++;
      }
      break;
    case COMMENT:
      result.comments++;
      break;
    default:
      result.unknownFields++;
  }
  return flags & ~(AFTER_COLON | SAW_DIGIT | SAW_OTHER);
}

/** @returns the flags after a blank line. */
function dispatch(state: ScanState, flags: number, size: number): number {
  if ((flags & HAS_DATA) !== 0) {
    const type = state.scanType === '' ? 'message' : state.scanType;
    if ((flags & FINAL) !== 0 || state.scanFinals?.has(type)) {
      result.final = true;
    }
    result.sizes[result.events++] = size;
    const last = result.types.length - 1;
    const name = nameOf(type);
    if (last >= 0 && result.types[last] === name) {
      result.typeCounts[last] = (result.typeCounts[last] ?? 0) + 1;
    } else {
      result.types.push(name);
      result.typeCounts.push(1);
    }
  } else if ((flags & HAS_EVENT) !== 0) {
    result.eventsWithoutData++;
  }
  state.scanType = '';
  return STARTED;
}

/** @returns a type as text that keeps no chunk alive, however long it is held. */
function nameOf(type: string): string {
  const known = typeNames.get(type);
  if (known !== undefined) return known;
  const key = copy(type);
  const name = decodeBinary(key);
  if (typeNames.size < MAX_TYPE_NAMES) typeNames.set(key, name);
  return name;
}

/** @returns where the stream's first line begins in `text`. */
function skipByteOrderMark(
  state: ScanState,
  text: string,
  isBytes: boolean,
): number {
  if (!isBytes && state.scanLine === START) {
    state.scanFlags = STARTED;
    return text.charCodeAt(0) === 0xfeff ? 1 : 0;
  }
  let i = 0;
  let matched = state.scanLine === BOM ? state.scanMatched : 0;
  while (
    isBytes &&
    i < text.length &&
    matched < 3 &&
    text[i] === BYTE_ORDER_MARK[matched]
  ) {
    i++;
    matched++;
  }
  if (isBytes && matched < 3 && i === text.length) {
    state.scanLine = BOM;
    state.scanMatched = matched;
    return i;
  }
  state.scanFlags = STARTED;
  // The mark's first bytes without its last are the start of a field's name.
  state.scanLine = matched > 0 && matched < 3 ? UNKNOWN : START;
  if (state.scanLine === UNKNOWN) state.scanBlock = matched - i;
  return matched === 3 ? i : 0;
}

function copy(text: string): string {
  return text.split('').join('');
}

function createResult(): ScanResult {
  return {
    events: 0,
    comments: 0,
    types: [],
    typeCounts: [],
    sizes: [],
    final: false,
    unknownFields: 0,
    nullsInId: 0,
    invalidRetries: 0,
    eventsWithoutData: 0,
    invalidUtf8: 0,
  };
}

function clearResult(of: ScanResult): void {
  of.events = 0;
  of.comments = 0;
  of.types.length = 0;
  of.typeCounts.length = 0;
  of.sizes.length = 0;
  of.final = false;
  of.unknownFields = 0;
  of.nullsInId = 0;
  of.invalidRetries = 0;
  of.eventsWithoutData = 0;
  of.invalidUtf8 = 0;
}
