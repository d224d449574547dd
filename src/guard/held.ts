import { EventEmitter } from 'node:events';
import type { IncomingMessage } from 'node:http';
import type { CloseReason } from '../semconv.ts';
import {
  CLOSE_CAUSE,
  CONNECTION,
  type Face,
  holderOf,
  MEASURED,
  type StreamRecord,
} from './keys.ts';
import { isEncoded, isOpenStream } from './response.ts';
import { watchWrites } from './written.ts';

/** Why the guard ends a stream. */
export type EndReason = Extract<
  CloseReason,
  'expired' | 'timeout' | 'evicted' | 'shutdown'
>;

/** One request that was let in, until its response closes. */
export class Held {
  /** Where the application writes. */
  face: Face;
  /** What has the symbols. */
  readonly holder: Face;
  readonly request: IncomingMessage;
  readonly route: string;
  readonly client: string | undefined;
  /** Milliseconds of the monotonic clock. */
  readonly expiresAt: number;
  /** Since when its queue is too long; 0: it is not. */
  longSince = 0;
  /** Whether the guard has ended it. */
  isEnded = false;
  readonly #written: StreamRecord | undefined;
  /** A middleware's own `write` was there before ours. */
  readonly #isOutside: boolean;

  constructor(
    face: Face,
    request: IncomingMessage,
    route: string,
    client: string | undefined,
    expiresAt: number,
  ) {
    this.face = face;
    this.holder = holderOf(face);
    this.request = request;
    this.route = route;
    this.client = client;
    this.expiresAt = expiresAt;
    this.#isOutside = Object.hasOwn(face, 'write');
    const isMeasured = MEASURED in globalThis;
    this.#written = isMeasured ? undefined : watchWrites(face);
  }

  /** Whether it is an event stream now: its headers are sent. */
  get isStream(): boolean {
    return isOpenStream(this.face);
  }

  /** Bytes waiting in memory for the client. */
  get queueBytes(): number {
    return this.holder.writableLength;
  }

  /** When a byte was last written; `undefined`: we do not know. */
  get lastWriteAt(): number | undefined {
    return this.#record?.lastWriteAt;
  }

  /** Whether something can be written without cutting an event in two. */
  get isBetweenEvents(): boolean {
    if (this.#record?.isBetweenEvents !== true) return false;
    if (!isEncoded(this.face)) return true;
    // Ours does not count: below a compressor, bytes are written.
    return this.#written === undefined
      ? Object.hasOwn(this.face, 'write')
      : this.#isOutside;
  }

  /** Whether its socket is gone: Node 22.15 emits no `close` on some. */
  get hasVanished(): boolean {
    if (this.holder.destroyed) return true;
    try {
      return this.request.socket?.destroyed === true;
    } catch {
      // A session of HTTP/2 that is over has none, and says so.
      return true;
    }
  }

  /** Writes between two events; else nothing. @returns whether it did. */
  tell(text: string): boolean {
    if (!this.isStream || !this.isBetweenEvents) return false;
    this.face.write(text);
    return true;
  }

  /** Ends it as the application would, after a last word. */
  end(reason: EndReason, text: string, isLast: boolean): void {
    const { face, holder } = this;
    this.isEnded = true;
    // The application was first.
    if (holder.destroyed || face.writableEnded) return;
    holder[CLOSE_CAUSE] = reason;
    if (text !== '' && this.isBetweenEvents) face.write(text);
    face.end();
    ignoreLateWrites(face);
    if (isLast) closeConnection(holder);
  }

  /** Lets go of it and of everything that waits for it. */
  cut(reason: EndReason): void {
    this.isEnded = true;
    if (this.holder.destroyed) return;
    this.holder[CLOSE_CAUSE] ??= reason;
    this.holder.destroy();
  }

  get #record(): StreamRecord | undefined {
    return this.#written ?? this.holder[CONNECTION];
  }
}

/**
 * An application that does not know yet that the stream is over must not be
 * thrown an error at for writing to it.
 */
function ignoreLateWrites(face: Face): void {
  const stub = {
    write: (...args: unknown[]): boolean => {
      const callback = args.find((arg) => typeof arg === 'function');
      if (callback) process.nextTick(callback as () => void, lateError());
      return true;
    },
    end: (...args: unknown[]): unknown => {
      stub.write(...args);
      return face;
    },
  };
  const undo = (['write', 'end'] as const).map((key) => {
    const own = Object.getOwnPropertyDescriptor(face, key);
    Object.defineProperty(face, key, {
      configurable: true,
      writable: true,
      enumerable: own?.enumerable ?? true,
      value: stub[key],
    });
    return () => {
      if (face[key] !== stub[key]) return;
      if (own === undefined) Reflect.deleteProperty(face, key);
      else Object.defineProperty(face, key, own);
    };
  });
  // A library may have replaced `once`.
  EventEmitter.prototype.once.call(face as never, 'close', () => {
    for (const step of undo) step();
  });
}

function lateError(): Error {
  const error = new Error('the guard has ended this event stream');
  return Object.assign(error, { code: 'ERR_STREAM_WRITE_AFTER_END' });
}

/** Its client is to come back to another process. */
function closeConnection(holder: Face): void {
  if ('session' in holder) {
    const { session } = holder;
    if (session !== undefined && !session.destroyed) session.close();
    return;
  }
  const socket = 'socket' in holder ? holder.socket : null;
  EventEmitter.prototype.once.call(holder as never, 'finish', () => {
    socket?.end();
  });
}
