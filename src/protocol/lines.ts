import { skipByteOrderMark } from './byte-order-mark.ts';
import { dispatch } from './dispatch.ts';
import { result } from './scan-result.ts';
import {
  AFTER_COLON,
  COMMENT,
  FINAL,
  HAS_DATA,
  HAS_EVENT,
  NAME_DATA,
  NAME_EVENT,
  NAME_ID,
  NAME_RETRY,
  SAW_DIGIT,
  SAW_OTHER,
  type ScanState,
  SKIP_LF,
  START,
  STARTED,
  UNKNOWN,
  VALUE_DATA,
  VALUE_EVENT,
  VALUE_ID,
  VALUE_RETRY,
} from './scan-state.ts';
import { copy, utf8Length } from './utf8.ts';
import { readValue } from './values.ts';
import { readWholeLines } from './whole-lines.ts';

const NAMES = ['', 'data', 'event', 'id', 'retry'] as const;
/** From a field's name to its value. */
const TO_VALUE = 5;

const LF = 10;
const CR = 13;
const COLON = 58;

/**
 * Reads the lines of a chunk into the result.
 *
 * @param isOneBytePerChar - whether positions in `text` count bytes.
 * @param isBytes - one character a byte; else text.
 */
export function readLines(
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
  if (
    line === START &&
    cr === -1 &&
    isOneBytePerChar &&
    state.scanFinals === undefined
  ) {
    state.scanFlags = flags;
    i = readWholeLines(state, text, i);
    flags = state.scanFlags;
    blockStart = i;
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
