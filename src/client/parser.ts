import type { SseReceivedEvent } from './types.ts';

/** Longest line, and longest data of an event, kept. */
const MAX_LENGTH = 65_536;

/**
 * Reads the events of a stream by the parsing rules of
 * https://html.spec.whatwg.org/multipage/server-sent-events.html#event-stream-interpretation
 * Unlike the scanner of the server it has their data, up to 64 Ki characters.
 *
 * @returns takes the next chunk, cut anywhere.
 */
export function createEventParser(
  onEvent: (event: SseReceivedEvent) => void,
): (chunk: Uint8Array) => void {
  const decoder = new TextDecoder();
  let line = '';
  let type = '';
  let data: string | undefined;
  let id = '';
  let isAfterCr = false;

  const endLine = (): void => {
    if (line === '') {
      if (data !== undefined) {
        onEvent({ type: type || 'message', data, lastEventId: id });
      }
      type = '';
      data = undefined;
      return;
    }
    const [, name, value = ''] = /^([^:]*)(?:: ?)?(.*)$/s.exec(line) ?? [];
    line = '';
    if (name === 'data') {
      const text = data === undefined ? value : `${data}\n${value}`;
      data = text.slice(0, MAX_LENGTH);
    } else if (name === 'event') type = value;
    else if (name === 'id' && !value.includes('\0')) id = value;
  };

  return (chunk) => {
    const text = decoder.decode(chunk, { stream: true });
    if (text === '') return;
    let start = isAfterCr && text[0] === '\n' ? 1 : 0;
    isAfterCr = text.endsWith('\r');
    const ends = /\r\n?|\n/g;
    ends.lastIndex = start;
    for (let end = ends.exec(text); end !== null; end = ends.exec(text)) {
      keep(text.slice(start, end.index));
      endLine();
      start = ends.lastIndex;
    }
    keep(text.slice(start));
  };

  function keep(part: string): void {
    if (line.length < MAX_LENGTH) line += part;
  }
}
