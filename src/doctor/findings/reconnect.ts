import { formatCount, formatMs } from '../text.ts';
import type { Check } from './check.ts';

/** Thousands of clients that come back within half a second are a storm, ms. */
const SHORT_MS = 500;
/** People reload before that, ms. */
const LONG_MS = 60_000;

/** `retry:`, ids, `Last-Event-ID`. */
export const RECONNECT_CHECKS: readonly Check[] = [
  {
    id: 'retry-short',
    severity: 'warning',
    title: 'Clients come back too soon',
    why: 'When a server restarts, all its clients come back within this time, again and again until it answers.',
    change: 'Send "retry:" with 2,000 to 10,000 ms, at random.',
    look: ({ stream }) => {
      const retry = stream?.retries.at(-1);
      return retry !== undefined && retry < SHORT_MS
        ? `retry: ${retry}`
        : undefined;
    },
  },
  {
    id: 'retry-long',
    severity: 'warning',
    title: 'Clients come back too late',
    why: 'After every break, a deploy or a tunnel, the page stands still for as long.',
    change:
      'Send "retry:" with 2,000 to 10,000 ms; a longer one only to turn clients away.',
    look: ({ stream }) => {
      const retry = stream?.retries.at(-1);
      return retry !== undefined && retry > LONG_MS
        ? `retry: ${retry}, which is ${formatMs(retry)}`
        : undefined;
    },
  },
  {
    id: 'ids-repeat',
    severity: 'warning',
    title: 'One id stands for several events',
    why: 'A client that comes back tells the id that it saw last: one that is not unique says no place in the stream.',
    change: 'Give each event an id of its own, rising; or none at all.',
    look: ({ stream }) => {
      const ids = stream?.ids.filter((id) => id !== '') ?? [];
      const different = new Set(ids).size;
      return different < ids.length
        ? `${formatCount(ids.length, 'event')} with ${formatCount(different, 'id')}.`
        : undefined;
    },
  },
  {
    id: 'resume-loses',
    severity: 'error',
    title: 'What was missed is lost',
    why: 'Events have ids, so pages trust that nothing is missing after a break; but what was sent meanwhile does not come.',
    change:
      'Keep the last events, and send those after Last-Event-ID first; several instances need one store. When some are gone, say so by an event.',
    look: ({ resume }) => {
      if (resume === undefined) return undefined;
      const asked = `Last-Event-ID ${quote(resume.lastId)}: ${quote(resume.expectedId)} should come`;
      const lost = formatCount(resume.count, 'event');
      if (resume.outcome === 'loses') {
        return `${asked}, ${quote(resume.firstId)} came; ${lost} or more lost.`;
      }
      if (resume.outcome === 'silent')
        return `${asked}, and nothing came; ${lost} lost.`;
      return resume.outcome === 'refused'
        ? `${asked}, and no stream was opened.`
        : undefined;
    },
  },
  {
    id: 'resume-repeats',
    severity: 'warning',
    title: 'What was seen comes again',
    why: 'The server does not read Last-Event-ID, or begins with the event that it names: pages show events twice.',
    change: 'Begin after the event that Last-Event-ID names.',
    look: ({ resume }) =>
      resume?.outcome === 'repeats'
        ? `Last-Event-ID ${quote(resume.lastId)}: ${quote(resume.expectedId)} should come, ${quote(resume.firstId)} came; ${formatCount(resume.count, 'event')} seen before.`
        : undefined,
  },
];

function quote(text: string | undefined): string {
  return JSON.stringify(text ?? '');
}
