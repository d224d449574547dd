import { dispatch } from './dispatch.ts';
import { result } from './scan-result.ts';
import {
  HAS_DATA,
  HAS_EVENT,
  MAX_EVENT_TYPE_BYTES,
  type ScanState,
} from './scan-state.ts';
import { copy } from './utf8.ts';

const LF = 10;
const SPACE = 32;
const COLON = 58;
/** A longer id is left to the general reader. */
const MAX_ID = 64;

/** The event type seen last: most streams have few, one after the other. */
let lastType = '';

/**
 * Reads whole lines as most servers write them: `data`, `event`, `id`, comments
 * and blank ones, each ended by LF, with one byte a character and where no final
 * data is looked for. Everything else is left to `readLines`.
 *
 * @param start - of a line.
 * @returns where a line starts that it cannot read, or the end of the text.
 */
export function readWholeLines(
  state: ScanState,
  text: string,
  start: number,
): number {
  let i = start;
  let blockStart = start;
  let flags = state.scanFlags;
  let end = text.indexOf('\n', i);
  while (end !== -1) {
    const code = text.charCodeAt(i);
    let isBlank = false;
    if (code === LF) isBlank = true;
    else if (code === 100 && isData(text, i, end)) {
      flags |= HAS_DATA;
      // The blank line is next, most often.
      if (text.charCodeAt(end + 1) === LF) {
        end++;
        isBlank = true;
      }
    } else if (code === 101 && isEvent(text, i)) {
      if (!readType(state, text, i + 6, end)) break;
      flags |= HAS_EVENT;
    } else if (code === COLON) result.comments++;
    else if (code !== 105 || !isPlainId(text, i, end)) break;
    i = end + 1;
    if (isBlank) {
      flags = dispatch(state, flags, state.scanBlock + i - blockStart);
      state.scanBlock = 0;
      blockStart = i;
    }
    end = text.indexOf('\n', i);
  }
  state.scanFlags = flags;
  state.scanBlock += i - blockStart;
  return i;
}

function isData(text: string, i: number, end: number): boolean {
  return (
    text.charCodeAt(i + 1) === 97 &&
    text.charCodeAt(i + 2) === 116 &&
    text.charCodeAt(i + 3) === 97 &&
    (text.charCodeAt(i + 4) === COLON || end === i + 4)
  );
}

function isEvent(text: string, i: number): boolean {
  return (
    text.charCodeAt(i + 1) === 118 &&
    text.charCodeAt(i + 2) === 101 &&
    text.charCodeAt(i + 3) === 110 &&
    text.charCodeAt(i + 4) === 116 &&
    text.charCodeAt(i + 5) === COLON
  );
}

/** Whether it is an `id` without NULL, which browsers would ignore. */
function isPlainId(text: string, i: number, end: number): boolean {
  if (text.charCodeAt(i + 1) !== 100) return false;
  if (text.charCodeAt(i + 2) !== COLON || end - i > MAX_ID) return false;
  for (let at = i + 3; at < end; at++) {
    if (text.charCodeAt(at) === 0) return false;
  }
  return true;
}

/** @returns whether it is short enough to be kept whole. */
function readType(
  state: ScanState,
  text: string,
  start: number,
  end: number,
): boolean {
  const from = text.charCodeAt(start) === SPACE ? start + 1 : start;
  const length = end - from;
  if (length > MAX_EVENT_TYPE_BYTES) return false;
  if (length !== lastType.length || !text.startsWith(lastType, from)) {
    // A slice would keep the whole chunk alive.
    lastType = copy(text.slice(from, end));
  }
  state.scanType = lastType;
  return true;
}
