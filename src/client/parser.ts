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
  let rest = '';
  let type = '';
  let data = '';
  let lastEventId = '';

  const endLine = (line: string): void => {
    const [, name, value = ''] = /^([^:]*):? ?(.*)/s.exec(line) ?? [];
    if (!line) {
      if (data) {
        onEvent({ type: type || 'message', data: data.slice(1), lastEventId });
      }
      type = data = '';
    } else if (name === 'data') {
      // With a line end too much, so that an empty line of data is one.
      data = `${data}\n${value}`.slice(0, MAX_LENGTH + 1);
    } else if (name === 'event') type = value;
    else if (name === 'id' && !value.includes('\0')) lastEventId = value;
  };

  return (chunk) => {
    rest += decoder.decode(chunk, { stream: true });
    // A CR at the end may be half a line end.
    const lines = rest.split(/\r\n|\n|\r(?!$)/);
    rest = (lines.pop() ?? '').slice(0, MAX_LENGTH);
    lines.forEach(endLine);
  };
}
