import type { Ending, Exchange } from './exchange.ts';
import { attempt } from './failure.ts';

type Body = ReadableStream<Uint8Array<ArrayBuffer>>;
type Reader = ReadableStreamDefaultReader<Uint8Array<ArrayBuffer>>;

/** Ways to have the body as a whole. */
const WHOLE = ['text', 'json', 'arrayBuffer', 'bytes', 'blob', 'formData'];

/**
 * Sees the chunks of a response's body as they are read: the page is given a
 * stream of the same kind that reads the body when it is read itself. Nothing is
 * read that the page does not read, and nothing earlier.
 */
export function watchBody(
  response: Response,
  exchange: Exchange,
  signal: AbortSignal | null | undefined,
): void {
  const end = (ending: Ending) => (): void => {
    // A signal may outlive many streams.
    signal?.removeEventListener('abort', stop);
    attempt(() => exchange.end(ending));
  };
  // It may be given up while nobody reads.
  const stop = end('page');
  signal?.addEventListener('abort', stop);
  const prototype: object = Object.getPrototypeOf(response);
  let reader: Reader | undefined;
  // A clone makes another body of it: it is looked for when it is read.
  const read = (): Reader => {
    if (reader === undefined) {
      const body: Body = Reflect.get(prototype, 'body', response);
      reader = body.getReader();
      reader.closed.then(end('completed'), end('lost'));
    }
    return reader;
  };
  const body = createBody(read, exchange, stop);
  define(response, 'body', body);
  for (const name of WHOLE) {
    if (!(name in response)) continue;
    const { headers } = response;
    define(response, name, async () =>
      (
        new Response(body, { headers }) as never as Record<
          string,
          () => unknown
        >
      )[name]?.(),
    );
  }
}

function createBody(
  read: () => Reader,
  exchange: Exchange,
  stop: () => void,
): Body {
  return new ReadableStream({
    // Where there are no streams of bytes, no body is one.
    type: ('ReadableByteStreamController' in globalThis
      ? 'bytes'
      : undefined) as 'bytes',
    async pull(controller) {
      const { done, value } = await read().read();
      if (value) {
        attempt(() => exchange.feed(value));
        controller.enqueue(value);
      }
      if (!done) return;
      controller.close();
      controller.byobRequest?.respond(0);
    },
    cancel(reason) {
      stop();
      return read().cancel(reason);
    },
  }) as Body;
}

function define(target: object, name: string, value: unknown): void {
  Object.defineProperty(target, name, { configurable: true, value });
}
