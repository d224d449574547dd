import type { Observation } from '../observation.ts';
import { formatBytes, formatCount } from '../text.ts';
import type { StreamErrors } from '../watch/stream-report.ts';
import type { Check } from './check.ts';

/** Larger events hold up a page, and every proxy's buffer. */
const HUGE_BYTES = 256 * 1024;

/** What browsers would drop or misread. */
export const PROTOCOL_CHECKS: readonly Check[] = [
  {
    id: 'unknown-field',
    severity: 'warning',
    title: 'Lines that are no field',
    why: 'Browsers drop such lines without a word: the second line of data that lacks its "data:", JSON written as it is.',
    change: 'Begin every line with data:, event:, id:, retry: or a colon.',
    look: counting('unknownFields', 'line'),
  },
  {
    id: 'null-in-id',
    severity: 'warning',
    title: 'An id with a NULL character',
    why: 'Browsers drop such an id: the client goes on from an older one.',
    change: 'Use printable ids.',
    look: counting('nullsInId', 'id'),
  },
  {
    id: 'invalid-retry',
    severity: 'warning',
    title: 'A retry: that is no number',
    why: 'Browsers drop it, and come back after their own time of some seconds.',
    change: 'Write milliseconds, digits alone: retry: 3000.',
    look: counting('invalidRetries', 'field'),
  },
  {
    id: 'event-without-data',
    severity: 'warning',
    title: 'Events without data',
    why: 'Browsers dispatch no event that has no data line: the page never sees it.',
    change: 'Add a data line, which may be empty: "data:".',
    look: counting('eventsWithoutData', 'event'),
  },
  {
    id: 'unfinished-event',
    severity: 'warning',
    title: 'The last event has no blank line',
    why: 'The stream ended before it: browsers drop the event.',
    change: 'End every event with a blank line, the last one too.',
    look: ({ stream }) =>
      stream?.ending === 'completed' && stream.hasUnfinishedEvent
        ? 'The stream ended in the middle of an event.'
        : undefined,
  },
  {
    id: 'invalid-utf8',
    severity: 'error',
    title: 'Bytes that are not UTF-8',
    why: 'Browsers put U+FFFD in their place: text is broken, and so is JSON at times. Mostly something cuts characters, or writes Latin-1.',
    change: 'Write UTF-8, and cut text by characters and not by bytes.',
    look: counting('invalidUtf8', 'sequence'),
  },
  {
    id: 'byte-order-mark',
    severity: 'warning',
    title: 'The stream begins with a byte order mark',
    why: 'Browsers pass over it; many other clients take it for a part of the first field, and lose the first event.',
    change: 'Write UTF-8 without a mark.',
    look: ({ stream }) =>
      stream?.hasByteOrderMark ? 'The first bytes are EF BB BF.' : undefined,
  },
  {
    id: 'event-huge',
    severity: 'warning',
    title: 'Events are huge',
    why: 'An event is given to the page when its last byte is there; until then it fills buffers on the way, and nothing else comes.',
    change: 'Send what changed, or where to fetch the rest.',
    look: ({ stream }) =>
      stream !== undefined && stream.largestEvent > HUGE_BYTES
        ? `The largest has ${formatBytes(stream.largestEvent)} (huge from ${formatBytes(HUGE_BYTES)}).`
        : undefined,
  },
];

function counting(name: keyof StreamErrors, noun: string): Check['look'] {
  return ({ stream }: Observation) => {
    const count = stream?.errors[name] ?? 0;
    return count > 0 ? `${formatCount(count, noun)}.` : undefined;
  };
}
