import type { DrainOptions } from './types.ts';

/** What is written to a stream before its end, made when it is. */
export type LastWords = () => string;

/** Tells an `EventSource` when to come back after the stream has ended. */
export function retryLine(milliseconds: number): string {
  return `retry: ${milliseconds}\n\n`;
}

/** What a drained stream ends with. */
export function lastWordsOf(
  { comment, event }: DrainOptions,
  retry: number,
): LastWords {
  const lines = [
    ...(comment === undefined ? [] : prefixed(': ', comment)),
    ...(event === undefined
      ? []
      : [
          `event: ${prefixed('', event.type).join(' ')}`,
          ...prefixed('data: ', event.data),
        ]),
  ];
  const rest = lines.length === 0 ? '' : `${lines.join('\n')}\n\n`;
  return () => retryLine(retry) + rest;
}

function prefixed(prefix: string, text: unknown): string[] {
  const lines = String(text).split(/\r\n|\r|\n/);
  return lines.map((line) => prefix + line);
}
