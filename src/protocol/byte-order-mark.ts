import { BOM, type ScanState, START, STARTED, UNKNOWN } from './scan-state.ts';

const BYTE_ORDER_MARK = '\xef\xbb\xbf';

/**
 * Passes over a byte order mark at the start of a stream, which may come in pieces.
 *
 * @returns where the stream's first line begins in `text`.
 */
export function skipByteOrderMark(
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
