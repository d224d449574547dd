import { cleanText } from '../text.ts';
import { findStamp, type Stamp } from './stamps.ts';

/** What is kept of an event: the scanner counts, and keeps nothing. */
interface EventFields {
  readonly id?: string;
  readonly stamp?: Stamp;
  /** The same for equal events: what two streams are compared by. */
  readonly print: string;
}

/** Told of what a reader finds. */
export interface FieldListener {
  onEvent(fields: EventFields): void;
  /** The event id changed without an event. */
  onId(id: string): void;
  onRetry(ms: number): void;
  onByteOrderMark(): void;
}

/** Of a line; what is beyond has no id and no time stamp that matters. */
const MAX_LINE = 2048;
const MAX_DATA = 8192;
const LINE_END = /\r\n|\r|\n/g;

/** Reads ids, `retry` and time stamps from an event stream, however it is cut. */
export function createFieldReader(
  listener: FieldListener,
): (chunk: Uint8Array) => void {
  const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
  let line = '';
  let isStarted = false;
  let isAfterCr = false;
  let id: string | undefined;
  let type = '';
  let data: string | undefined;

  function readLine(): void {
    if (line === '') {
      dispatch();
      return;
    }
    const colon = line.indexOf(':');
    const name = colon === -1 ? line : line.slice(0, colon);
    const value = colon === -1 ? '' : line.slice(colon + 1).replace(/^ /, '');
    if (name === 'data') data = `${data ?? ''}${value}\n`.slice(0, MAX_DATA);
    else if (name === 'event') type = value;
    else if (name === 'id' && !value.includes('\0')) id = value;
    else if (name === 'retry' && /^\d+$/.test(value)) {
      listener.onRetry(Number(value));
    }
  }

  function dispatch(): void {
    if (data === undefined) {
      if (id !== undefined) listener.onId(id);
    } else {
      const stamp = findStamp(data) ?? (id && findStamp(id));
      listener.onEvent({
        ...(id !== undefined && { id }),
        ...(stamp && { stamp }),
        print: `${id ?? ''} ${cleanText(type, 40)} ${hash(data)}`,
      });
    }
    id = undefined;
    type = '';
    data = undefined;
  }

  function append(text: string, start: number, end: number): void {
    const room = MAX_LINE - line.length;
    if (room > 0) line += text.slice(start, Math.min(end, start + room));
  }

  return (chunk) => {
    let text = decoder.decode(chunk, { stream: true });
    if (text === '') return;
    if (!isStarted) {
      isStarted = true;
      if (text.startsWith('\ufeff')) {
        listener.onByteOrderMark();
        text = text.slice(1);
      }
    }
    let start = isAfterCr && text.startsWith('\n') ? 1 : 0;
    isAfterCr = text.endsWith('\r');
    LINE_END.lastIndex = start;
    for (const { index, 0: ending } of text.matchAll(LINE_END)) {
      if (index < start) continue;
      append(text, start, index);
      readLine();
      line = '';
      start = index + ending.length;
    }
    append(text, start, text.length);
  };
}

/** FNV-1a: short, and the same for equal texts. */
function hash(text: string): string {
  let value = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) {
    value = Math.imul(value ^ text.charCodeAt(i), 0x01000193);
  }
  return (value >>> 0).toString(36);
}
