import { formatMs } from '../text.ts';
import type { Check } from './check.ts';

/** A first event may take so many times as long as the headers. */
const EVENT_FACTOR = 10;

/** How long the opening takes. */
export const TIMING_CHECKS: readonly Check[] = [
  {
    id: 'headers-late',
    severity: 'warning',
    title: 'The headers are late',
    why: 'Until they come an EventSource is CONNECTING; many servers and proxies send them only with the first event.',
    change:
      'Send the headers before any work: flushHeaders(), or a first comment.',
    look: ({ timings: { headers = 0 }, asked }) =>
      headers > asked.slowMs
        ? `${formatMs(headers)} after the request (late from ${formatMs(asked.slowMs)}).`
        : undefined,
  },
  {
    id: 'first-event-late',
    severity: 'warning',
    title: 'The first event is late',
    why: 'Where a stream answers a request, people wait for it; after some ten seconds they reload.',
    change:
      'Send what is known at once. Where silence is normal, say what is late: --slow SECONDS.',
    look: ({ stream, asked }) => {
      const limit = asked.slowMs * EVENT_FACTOR;
      const late = stream?.firstEventMs ?? 0;
      return late > limit
        ? `${formatMs(late)} after the headers (late from ${formatMs(limit)}).`
        : undefined;
    },
  },
];
