/** The longest time that a timer can have; a longer one would fire at once. */
const MAX_TIMER_MS = 2 ** 31 - 1;

/**
 * Ends a stream when the token that opened it is no longer good. Its client comes
 * back by itself and has to show a new one.
 *
 * @param {import('./batched-session.js').BatchedSession} session
 * @param {number} expiresAt - milliseconds since 1970.
 * @returns its undo.
 */
export function closeAtExpiry(session, expiresAt) {
  if (expiresAt === Number.POSITIVE_INFINITY) return () => undefined;
  const inMs = Math.min(MAX_TIMER_MS, Math.max(0, expiresAt - Date.now()));
  const timer = setTimeout(
    () => session.end('expired', { reason: 'the token has expired' }),
    inMs,
  );
  return () => clearTimeout(timer);
}
