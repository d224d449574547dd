import { addEvent, result } from './scan-result.ts';
import {
  FINAL,
  HAS_DATA,
  HAS_EVENT,
  type ScanState,
  STARTED,
} from './scan-state.ts';

/**
 * Ends a block, as its blank line does.
 *
 * @returns the flags of a stream between two blocks.
 */
export function dispatch(
  state: ScanState,
  flags: number,
  size: number,
): number {
  if ((flags & HAS_DATA) !== 0) {
    const type = state.scanType === '' ? 'message' : state.scanType;
    if ((flags & FINAL) !== 0 || state.scanFinals?.has(type)) {
      result.final = true;
    }
    addEvent(type, size);
  } else if ((flags & HAS_EVENT) !== 0) {
    result.eventsWithoutData++;
  }
  state.scanType = '';
  return STARTED;
}
