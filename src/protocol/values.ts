import {
  AFTER_COLON,
  MAX_EVENT_TYPE_BYTES,
  MAX_FINAL_BYTES,
  SAW_DIGIT,
  SAW_OTHER,
  type ScanState,
  VALUE_DATA,
  VALUE_EVENT,
  VALUE_ID,
} from './scan-state.ts';
import { encodeBinary } from './utf8.ts';

const SPACE = 32;

/**
 * Keeps of a field's value what is needed: of most values nothing.
 *
 * @returns the flags after the piece of a value from `start` to `end`.
 */
export function readValue(
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
