import { utf8Length } from '../protocol/utf8.ts';
import type { Exchange } from './exchange.ts';
import { attempt } from './failure.ts';
import { replace } from './wrap.ts';

type Body = ReadableStream<Uint8Array<ArrayBuffer>>;
type Reader = ReadableStreamDefaultReader<Uint8Array>;
type Method = (...args: unknown[]) => unknown;

/** Ways to have the body as a whole. */
const WHOLE = ['text', 'json', 'arrayBuffer', 'bytes', 'blob', 'formData'];

/**
 * Sees the chunks of a response's body as its reader gets them. Nothing is read
 * that the page does not read, and nothing earlier.
 *
 * @param isAborted - whether the page gave up the request.
 */
export function watchBody(
  response: Response,
  exchange: Exchange,
  isAborted: () => boolean,
): void {
  const onFail = (error: unknown): void => {
    const isOurs = isAborted() || (error as Error)?.name === 'AbortError';
    exchange.end(isOurs ? 'page' : 'lost');
  };
  for (const name of WHOLE) {
    shadow(response, name, (read, args) => {
      const whole = read(args) as Promise<unknown>;
      return whole.then(
        (value) => {
          attempt(() => {
            exchange.count(sizeOf(value));
            exchange.end('completed');
          });
          return value;
        },
        (error: unknown) => {
          attempt(() => onFail(error));
          throw error;
        },
      );
    });
  }
  shadow(response, 'clone', (clone, args) => {
    const result = clone(args);
    // The body is another one now.
    attempt(() => watchStream(response.body as Body, exchange, onFail));
    return result;
  });
  watchStream(response.body as Body, exchange, onFail);
}

function watchStream(
  body: Body,
  exchange: Exchange,
  onFail: (error: unknown) => void,
): void {
  const getReader = body.getReader.bind(body);
  shadow(body, 'getReader', (get, args) => {
    const reader = get(args) as Reader;
    attempt(() => watchReader(reader, exchange, onFail));
    return reader;
  });
  shadow(body, 'cancel', (cancel, args) => {
    const result = cancel(args);
    if (!body.locked) attempt(() => exchange.end('page'));
    return result;
  });
  shadow(body, 'tee', (tee, args) => {
    const branches = tee(args) as [Body, Body];
    attempt(() => watchStream(branches[0], exchange, onFail));
    return branches;
  });
  // The engine reads by itself here: it is given a stream that reads ours.
  for (const name of [
    'pipeTo',
    'pipeThrough',
    'values',
    Symbol.asyncIterator,
  ]) {
    shadow(body, name, (call, args) => {
      if (body.locked || keepsBody(args)) return call(args);
      const relay = createRelay(() => {
        const reader = getReader();
        attempt(() => watchReader(reader, exchange, onFail));
        return reader;
      });
      const method = relay[name as 'pipeTo'] as Method;
      return method.apply(relay, args);
    });
  }
}

/** Whether the body is to be left as it is when the reading stops. */
function keepsBody(args: unknown[]): boolean {
  return args.some(
    (argument) =>
      (argument as { preventCancel?: unknown } | undefined)?.preventCancel,
  );
}

/** A stream that reads another one when it is read, and no chunk ahead. */
function createRelay(open: () => Reader): ReadableStream<Uint8Array> {
  const reader = open();
  return new ReadableStream(
    {
      async pull(controller) {
        const { done, value } = await reader.read();
        if (!done) return controller.enqueue(value);
        controller.close();
        reader.releaseLock();
      },
      cancel: (reason) => reader.cancel(reason),
    },
    { highWaterMark: 0 },
  );
}

function watchReader(
  reader: Reader,
  exchange: Exchange,
  onFail: (error: unknown) => void,
): void {
  let isReleased = false;
  shadow(reader, 'read', (read, args) => {
    const next = read(args) as ReturnType<Reader['read']>;
    return next.then(
      (result) => {
        attempt(() => {
          if (result.value) exchange.feed(result.value);
          if (result.done) exchange.end('completed');
        });
        return result;
      },
      (error: unknown) => {
        // It was let go while it waited: the next reader goes on.
        if (!isReleased) attempt(() => onFail(error));
        throw error;
      },
    );
  });
  shadow(reader, 'cancel', (cancel, args) => {
    const result = cancel(args);
    attempt(() => exchange.end('page'));
    return result;
  });
  shadow(reader, 'releaseLock', (release, args) => {
    const result = release(args);
    isReleased = true;
    return result;
  });
  // Told also to who does not read; to listen to it hides no rejection.
  reader.closed.catch((error: unknown) => {
    if (!isReleased) attempt(() => onFail(error));
  });
}

/** Stands before a method of one object. */
function shadow(
  target: object,
  name: PropertyKey,
  call: (original: (args: unknown[]) => unknown, args: unknown[]) => unknown,
): void {
  const original = (target as Record<PropertyKey, unknown>)[name];
  if (typeof original !== 'function') return;
  replace(target, name, function (this: unknown, ...args: unknown[]) {
    return call((given) => Reflect.apply(original, this, given), args);
  });
}

function sizeOf(value: unknown): number {
  if (typeof value === 'string') return utf8Length(value);
  const { byteLength, size } = (value ?? {}) as {
    byteLength?: number;
    size?: number;
  };
  return byteLength ?? size ?? 0;
}
