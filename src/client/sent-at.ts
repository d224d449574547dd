import type { SseReceivedEvent } from './types.ts';

/** Longer data is not looked into. */
const MAX_LENGTH = 16_384;
/** What is further away is no time of ours. */
const DAY_MS = 86_400_000;

/** The field `timestamp` of JSON data, when it is a number. */
export function readTimestamp({ data }: SseReceivedEvent): number | undefined {
  if (data.length > MAX_LENGTH || !data.includes('"timestamp"')) {
    return undefined;
  }
  try {
    const value: unknown = JSON.parse(data)?.timestamp;
    return typeof value === 'number' ? value : undefined;
  } catch {
    return undefined;
  }
}

/**
 * Seconds from sent to received, never negative; `undefined` when it is no time.
 *
 * @param received - milliseconds since 1970 by the server's clock.
 */
export function delayOf(
  sent: number | undefined,
  received: number,
): number | undefined {
  const delay = received - (sent ?? Number.NaN);
  return Math.abs(delay) < DAY_MS ? Math.max(0, delay) / 1000 : undefined;
}
