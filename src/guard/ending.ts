import { attemptEach } from './failure.ts';
import type { EndReason, Held } from './held.ts';
import type { LastWords } from './last-words.ts';

/** How long we wait for the end of an event, and for the last bytes to leave. */
const GRACE_MS = 2000;

interface Ending {
  readonly held: Held;
  readonly reason: EndReason;
  readonly words: LastWords;
  /** Its connection is closed with it. */
  readonly isLast: boolean;
  deadline: number;
}

/** Ends streams between two events, and cuts off those that do not end. */
export class Endings {
  readonly #open = new Map<Held, Ending>();
  readonly #onEnd: (reason: EndReason) => void;

  /** @param onEnd - called once for each stream that is ended or cut off. */
  constructor(onEnd: (reason: EndReason) => void) {
    this.#onEnd = onEnd;
  }

  get size(): number {
    return this.#open.size;
  }

  /** Ends one, with a last word if it stands between two events in time. */
  end(held: Held, reason: EndReason, words: LastWords, isLast = false): void {
    if (this.#open.has(held)) return;
    const deadline = performance.now() + GRACE_MS;
    const ending = { held, reason, words, isLast, deadline };
    this.#open.set(held, ending);
    this.#advance(ending);
  }

  /** Cuts one off now. */
  cut(held: Held, reason: EndReason): void {
    if (!held.isEnded) this.#onEnd(reason);
    held.cut(reason);
    this.#open.delete(held);
  }

  /** It has closed. */
  forget(held: Held): void {
    this.#open.delete(held);
  }

  /** To be called a few times a second while there are any. */
  advance(): void {
    attemptEach('ending a stream', this.#open.values(), (ending) =>
      this.#advance(ending),
    );
  }

  #advance(ending: Ending): void {
    const { held, reason, words, isLast } = ending;
    const isLate = performance.now() >= ending.deadline;
    if (held.isEnded) {
      if (isLate) this.cut(held, reason);
      return;
    }
    // Its answer is not begun: to end it would be to answer it.
    if (!held.isStream) return;
    if (!held.isBetweenEvents && !isLate) return;
    held.end(reason, words(), isLast);
    this.#onEnd(reason);
    ending.deadline = performance.now() + GRACE_MS;
  }
}
