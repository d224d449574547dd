const EVENT_STREAM = 'text/event-stream';
const ACCEPTED = /(?:^|,)\s*text\/event-stream\s*(?:[,;]|$)/i;

/**
 * Whether a `Content-Type` value names an event stream: `text/event-stream` in
 * any case, with or without parameters.
 *
 * @param value - a header value as Node takes it: a string, or a list whose
 * first item counts. Anything else is not an event stream.
 */
export function isEventStream(value: unknown): boolean {
  if (Array.isArray(value)) return isEventStream(value[0]);
  if (typeof value !== 'string' || value.length < EVENT_STREAM.length) {
    return false;
  }
  const [essence = ''] = value.split(';', 1);
  return essence.trim().toLowerCase() === EVENT_STREAM;
}

/** Whether an `Accept` value asks for an event stream by name. */
export function acceptsEventStream(value: unknown): boolean {
  return typeof value === 'string' && ACCEPTED.test(value);
}
