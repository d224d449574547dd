import type { Endings } from './ending.ts';
import { attemptEach } from './failure.ts';
import type { Held } from './held.ts';
import type { LastWords } from './last-words.ts';
import type { Limits } from './options.ts';

/** Looks at every stream once: its age, its idle time, its queue. */
export function sweep(
  all: Iterable<Held>,
  limits: Limits,
  endings: Endings,
  words: LastWords,
): void {
  const now = performance.now();
  const hasQueueLimit = limits.maxQueueBytes < Infinity;
  attemptEach('a sweep', all, (held) => {
    if (held.isEnded) return;
    if (hasQueueLimit && isTooSlow(held, limits, now)) {
      endings.cut(held, 'evicted');
    } else if (now >= held.expiresAt && held.isStream) {
      endings.end(held, 'expired', words);
    } else if (isIdle(held, limits, now)) {
      endings.end(held, 'timeout', words);
    }
  });
}

function isTooSlow(held: Held, limits: Limits, now: number): boolean {
  const { maxQueueBytes, queueGraceMs } = limits;
  const queue = held.queueBytes;
  if (queue <= maxQueueBytes) {
    held.longSince = 0;
    return false;
  }
  held.longSince ||= now;
  const isOver = now - held.longSince >= queueGraceMs;
  return (isOver || queue > 2 * maxQueueBytes) && held.isStream;
}

function isIdle(held: Held, { maxIdleMs }: Limits, now: number): boolean {
  if (maxIdleMs === Infinity) return false;
  const { lastWriteAt } = held;
  if (lastWriteAt === undefined || now - lastWriteAt < maxIdleMs) return false;
  return held.isStream;
}
