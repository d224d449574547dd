import type { IncomingMessage } from 'node:http';
import { acceptsEventStream } from '../protocol/content-type.ts';
import { isSameName } from './headers.ts';

// The raw list is read: Node makes the object of headers when it is first asked
// for, at a cost in time and memory, and many a request is never asked.

/** Whether the request has a header. @param name - in lower case. */
export function hasHeader(
  { rawHeaders }: IncomingMessage,
  name: string,
): boolean {
  for (let i = 0; i < rawHeaders.length; i += 2) {
    if (isSameName(rawHeaders[i], name)) return true;
  }
  return false;
}

/** Whether the request accepts `text/event-stream` by name. */
export function asksForEventStream({ rawHeaders }: IncomingMessage): boolean {
  for (let i = 0; i < rawHeaders.length; i += 2) {
    if (isSameName(rawHeaders[i], 'accept')) {
      if (acceptsEventStream(rawHeaders[i + 1])) return true;
    }
  }
  return false;
}
