import { createScanState, isBetweenBlocks, scan } from '../protocol/scanner.ts';
import type { Face, StreamRecord } from './keys.ts';

// What the instrumentation would know of a stream, where it is off.

type Method = (this: unknown, ...args: unknown[]) => unknown;

const WRITTEN: unique symbol = Symbol('sse.guard.written');

interface Watched {
  write: Method;
  [WRITTEN]?: Written | undefined;
}

/** What was written to one stream. */
export class Written implements StreamRecord {
  lastWriteAt = performance.now();
  readonly write: Method;
  readonly #state = createScanState();
  #bytes = 0;
  #isOpaque = false;

  constructor(write: Method) {
    this.write = write;
  }

  get isBetweenEvents(): boolean {
    if (this.#isOpaque) return false;
    return this.#bytes === 0 || isBetweenBlocks(this.#state);
  }

  note(chunk: unknown, encoding: unknown): void {
    const isText = typeof chunk === 'string';
    if (!isText && !(chunk instanceof Uint8Array)) return;
    this.lastWriteAt = performance.now();
    if (this.#isOpaque) return;
    const content =
      isText && typeof encoding === 'string' && !/^utf-?8$/i.test(encoding)
        ? Buffer.from(chunk, encoding as BufferEncoding)
        : chunk;
    this.#bytes += content.length;
    // A compressor is above us: what comes here is no text.
    this.#isOpaque = scan(this.#state, content).invalidUtf8 > 0;
  }
}

/** Sees what is written to a stream from now on. */
export function watchWrites(face: Face): Written {
  const watched = face as unknown as Watched;
  const written = new Written(watched.write);
  watched[WRITTEN] = written;
  watched.write = write;
  return written;
}

/** One function for all: a closure each would cost memory. */
function write(this: unknown, ...args: unknown[]): unknown {
  const written = (this as Watched)[WRITTEN] as Written;
  const accepted = written.write.apply(this, args);
  try {
    written.note(args[0], args[1]);
  } catch {
    // An encoding that Node knows and we do not.
  }
  return accepted;
}
