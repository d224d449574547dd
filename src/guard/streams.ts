import { EventEmitter } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { Endings } from './ending.ts';
import { attempt } from './failure.ts';
import { type EndReason, Held } from './held.ts';
import { type Face, holderOf } from './keys.ts';
import { retryLine } from './last-words.ts';
import { Ledger } from './ledger.ts';
import type { Limits } from './options.ts';
import { sweep } from './sweep.ts';

/** How often endings go on; streams are looked at every fourth time. */
const TICK_MS = 250;

/** The streams that were let in, until they close, and the looking after them. */
export class Streams {
  readonly ledger = new Ledger();
  readonly endings = new Endings((reason) => {
    this.ended[reason] = (this.ended[reason] ?? 0) + 1;
  });
  /** Ended by the guard since it was made. */
  readonly ended: Partial<Record<EndReason, number>> = {};
  readonly #limits: Limits;
  readonly #onChange: () => void;
  /** Holds what the guard knows of a response: other guards have their own. */
  readonly #key = Symbol('sse.guard.held');
  readonly #onClose: (this: object) => void;
  #timer: NodeJS.Timeout | undefined;
  #ticks = 0;

  /** @param onChange - called about once a second, and when none is left. */
  constructor(limits: Limits, onChange: () => void) {
    this.#limits = limits;
    this.#onChange = onChange;
    const streams = this;
    // One function for all of them: it finds what is held by its `this`.
    this.#onClose = function (): void {
      const held = streams.heldBy(this);
      if (held !== undefined) streams.#release(held);
    };
  }

  get size(): number {
    return this.ledger.held.size;
  }

  /** What is held of a response, or of the stream of one. */
  heldBy(holder: object): Held | undefined {
    return (holder as Record<symbol, Held | undefined>)[this.#key];
  }

  hold(
    face: Face,
    request: IncomingMessage,
    route: string,
    client: string | undefined,
  ): void {
    const { maxConnectionMs, connectionJitter } = this.#limits;
    const part = 1 - connectionJitter * Math.random();
    const expiresAt = performance.now() + maxConnectionMs * part;
    const held = new Held(face, request, route, client, expiresAt);
    Object.defineProperty(held.holder, this.#key, {
      configurable: true,
      writable: true,
      enumerable: false,
      value: held,
    });
    this.ledger.add(held);
    // A library may have replaced `once`.
    EventEmitter.prototype.once.call(held.holder, 'close', this.#onClose);
    this.#timer ??= setInterval(() => this.#tick(), TICK_MS).unref();
  }

  /** HTTP/2's compatible response of a stream that was let in. */
  meet(face: Face): void {
    const held = this.heldBy(holderOf(face));
    if (held !== undefined) held.face = face;
  }

  /** Lets all of them go. */
  stop(): void {
    for (const held of [...this.ledger.held]) this.#release(held);
  }

  #release(held: Held): void {
    this.endings.forget(held);
    if (!this.ledger.remove(held)) return;
    Reflect.set(held.holder, this.#key, undefined);
    if (this.size > 0) return;
    clearInterval(this.#timer);
    this.#timer = undefined;
    this.#onChange();
  }

  #tick(): void {
    attempt('a sweep', () => {
      this.endings.advance();
      if (++this.#ticks % 4 !== 0) return;
      for (const held of this.ledger.held) {
        if (held.hasVanished) this.#release(held);
      }
      sweep(this.ledger.held, this.#limits, this.endings, () =>
        retryLine(Math.round(drawRetrySeconds(this.#limits) * 1000)),
      );
      this.#onChange();
    });
  }
}

/** When a client is told to come back: each at a time of its own. */
export function drawRetrySeconds({ retrySeconds }: Limits): number {
  return retrySeconds * (1 + Math.random());
}
