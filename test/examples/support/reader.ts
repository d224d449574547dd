import { createParser } from 'eventsource-parser';

/** An event as it arrived. */
interface Arrived {
  readonly id: string;
  readonly type: string;
  readonly data: string;
}

/** A client that reads by `fetch`, until its stream ends. */
export interface Reader extends Disposable {
  readonly response: Response;
  readonly events: Arrived[];
  /** What `retry:` said, in milliseconds. */
  readonly retries: number[];
  readonly comments: string[];
  /** Resolves with `true` when the server ended it, `false` when it was cut. */
  readonly ended: Promise<boolean>;
  ids(): string[];
}

/** @throws TypeError when nobody answers. */
export async function openReader(
  url: string,
  headers: Readonly<Record<string, string>> = {},
): Promise<Reader> {
  const leaving = new AbortController();
  const response = await fetch(url, {
    headers: { Accept: 'text/event-stream', ...headers },
    signal: leaving.signal,
  });
  const events: Arrived[] = [];
  const retries: number[] = [];
  const comments: string[] = [];
  const parser = createParser({
    onEvent: ({ id = '', event = 'message', data }) => {
      events.push({ id, type: event, data });
    },
    onRetry: (milliseconds) => retries.push(milliseconds),
    onComment: (text) => comments.push(text),
  });
  const decoder = new TextDecoder();
  const ended = (async () => {
    for await (const chunk of response.body ?? []) {
      parser.feed(decoder.decode(chunk, { stream: true }));
    }
  })().then(
    () => true,
    () => false,
  );
  return {
    response,
    events,
    retries,
    comments,
    ended,
    ids: () => events.map(({ id }) => id),
    [Symbol.dispose]: () => leaving.abort(),
  };
}
