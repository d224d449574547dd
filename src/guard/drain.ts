import type { Endings } from './ending.ts';
import { attempt, say } from './failure.ts';
import type { Held } from './held.ts';
import { type LastWords, lastWordsOf, retryLine } from './last-words.ts';
import type { DrainOptions, DrainResult } from './types.ts';

const TICK_MS = 20;
/** So many streams are told at most in one tick. */
const BATCH = 200;
/** A loop that was held up makes up for it little by little. */
const MAKE_UP = 1.5;
/** The last part of the time is left for the last bytes to leave. */
const SPREAD = 0.9;

interface Drained {
  readonly held: Held;
  /** When it is ended, in milliseconds from the start. */
  readonly endAt: number;
}

/**
 * Ends streams evenly over a time. Each is told at the start when to come back,
 * spread over that time, in case the process dies before; and again at its end.
 *
 * @param left - how many streams are held now.
 */
export function drainStreams(
  all: readonly Held[],
  endings: Endings,
  options: DrainOptions,
  left: () => number,
): Promise<DrainResult> {
  const seconds = readNumber(options.seconds, 'seconds', 30);
  const retry = Math.round(readNumber(options.retry, 'retry', 1000));
  const words: LastWords = lastWordsOf(options, retry);
  const totalMs = seconds * 1000;
  const queue = schedule(all, totalMs * SPREAD);
  const startedAt = performance.now();
  let told = queue.length;
  let ended = 0;
  let closed = 0;
  // From the back: those at the front are about to end.
  const tellSome = (): void => {
    const stop = Math.max(ended, told - BATCH);
    while (told > stop) {
      const { held } = queue[--told] as Drained;
      const later = retry + Math.round(Math.random() * totalMs);
      if (!held.isEnded) attempt('a drain', () => held.tell(retryLine(later)));
    }
  };
  const slotMs = (totalMs * SPREAD) / Math.max(1, queue.length);
  let lastAt = 0;
  const endSome = (now: number): void => {
    const sinceMs = Math.min(now - lastAt, 5 * TICK_MS);
    lastAt = now;
    const stop = ended + Math.ceil((MAKE_UP * sinceMs) / slotMs);
    while ((queue[ended]?.endAt ?? Infinity) <= now && ended < stop) {
      const { held } = queue[ended++] as Drained;
      if (held.isEnded || held.hasVanished) continue;
      closed++;
      attempt('a drain', () => endings.end(held, 'shutdown', words, true));
    }
  };
  return new Promise((resolve) => {
    const timer = setInterval(() => {
      const now = performance.now() - startedAt;
      tellSome();
      endSome(now);
      endings.advance();
      const cut = left();
      if (cut > 0 && now < totalMs) return;
      clearInterval(timer);
      for (const { held } of cut > 0 ? queue : []) {
        if (held.hasVanished) continue;
        attempt('a drain', () => endings.cut(held, 'shutdown'));
      }
      const took = (performance.now() - startedAt) / 1000;
      resolve({ open: all.length, closed, cut, seconds: took });
    }, TICK_MS);
  });
}

/** Each in a slot of its own, in no order, so that they return evenly. */
function schedule(all: readonly Held[], overMs: number): Drained[] {
  const slot = overMs / Math.max(1, all.length);
  return all
    .map((held) => ({ held, lot: Math.random() }))
    .toSorted((a, b) => a.lot - b.lot)
    .map(({ held }, i) => ({ held, endAt: (i + Math.random()) * slot }));
}

function readNumber(value: unknown, key: string, standard: number): number {
  if (value === undefined) return standard;
  if (typeof value === 'number' && value >= 0 && value <= 86_400_000) {
    return value;
  }
  say(
    'warn',
    `drain: ${key} is ${String(value)}, not a number of at least 0; using ${standard}: give one such as ${standard}`,
  );
  return standard;
}
