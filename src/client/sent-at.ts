import type { SseReceivedEvent } from './types.ts';

/** Longer data is not looked into. */
const MAX_LENGTH = 16_384;

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
