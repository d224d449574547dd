import type { IncomingMessage } from 'node:http';
import { acceptsEventStream } from '../protocol/content-type.ts';
import { isSameName } from './headers.ts';

/**
 * Whether the request accepts `text/event-stream` by name. Reads the raw list:
 * it is asked for every request, most of which nobody reads the headers of.
 */
export function asksForEventStream({ rawHeaders }: IncomingMessage): boolean {
  for (let i = 0; i < rawHeaders.length; i += 2) {
    if (isSameName(rawHeaders[i], 'accept')) {
      if (acceptsEventStream(rawHeaders[i + 1])) return true;
    }
  }
  return false;
}
