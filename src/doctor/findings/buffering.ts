import { listEncodingsOf } from '../checks/encoding.ts';
import { type Observation, readHeader } from '../observation.ts';
import { cleanText, formatCount, formatMs, formatShare } from '../text.ts';
import type { StreamReport } from '../watch/stream-report.ts';
import type { Check } from './check.ts';

/** Below this share a network had a hiccup. */
const SHARE = 0.2;
/** Silence after the headers that is no slow start, ms. */
const SILENT_MS = 1000;

/** Events that come late, together or not at all. */
export const BUFFERING_CHECKS: readonly Check[] = [
  {
    id: 'buffering',
    severity: 'error',
    title: 'Something holds events back',
    why: 'Events wait until a buffer is full, or the stream ends: people see nothing, then much at once, and a proxy counts a stream as idle that is not.',
    change:
      'Switch buffering off where it is. nginx: "proxy_buffering off", or the header X-Accel-Buffering: no from the application; Apache: "flushpackets=on"; IIS: responseBufferLimit="0". Opening the server directly with --compare tells which proxy it is.',
    look: (observation) => {
      const { head } = observation;
      // What a compressor does is said there.
      if (head === undefined || listEncodingsOf(head).length > 0)
        return undefined;
      const evidence = describeBuffering(observation);
      return evidence && `${evidence.slice(0, -1)}${nameProxy(observation)}.`;
    },
  },
  {
    id: 'no-bytes',
    severity: 'warning',
    title: 'Headers came, and then nothing',
    why: 'Either the server has nothing to say, or a proxy collects it: from outside the two look the same. An idle stream is cut by proxies, mostly after 60 s.',
    change:
      'Write a comment (":ok" and a blank line) at once and every 15 s. If it does not come through, a proxy buffers: see "buffering".',
    look: (observation) => {
      const { stream } = observation;
      if (stream === undefined || stream.wireBytes > 0) return undefined;
      if (stream.watchedMs < SILENT_MS) return undefined;
      return `No byte within ${formatMs(stream.watchedMs)} after the headers${nameProxy(observation)}.`;
    },
  },
  {
    id: 'no-events',
    severity: 'warning',
    title: 'Data came, and no event',
    why: 'A browser dispatches an event at the blank line after its data, and nothing before.',
    change:
      'End each event with a blank line, and flush it together with its event.',
    look: ({ stream }) => {
      // With comments alone there is just nothing to say.
      if (stream === undefined || stream.events > 0 || !hasData(stream)) {
        return undefined;
      }
      if (stream.watchedMs < SILENT_MS && stream.ending === 'watched') {
        return undefined;
      }
      return `${formatCount(stream.bytes, 'byte')}, ${formatCount(stream.comments, 'comment')} and no event within ${formatMs(stream.watchedMs)}.`;
    },
  },
];

function hasData({ errors, hasUnfinishedEvent }: StreamReport): boolean {
  return (
    hasUnfinishedEvent ||
    errors.unknownFields > 0 ||
    errors.eventsWithoutData > 0
  );
}

/** What shows that events were held back. */
export function describeBuffering({ stream }: Observation): string | undefined {
  const {
    ratio = 0,
    by,
    held,
    considered,
    heldMs = 0,
    bursts,
    burstEveryMs,
  } = stream?.buffering ?? { held: 0, considered: 0, bursts: 0 };
  if (ratio < SHARE || held === 0) return undefined;
  const every =
    burstEveryMs === undefined ? '' : `, ${formatMs(burstEveryMs)} apart`;
  switch (by) {
    case 'stamps':
      return `${formatShare(ratio)} of ${formatCount(considered, 'event')} came later than their time stamps say, by up to ${formatMs(heldMs)}, in ${formatCount(bursts, 'burst')}${every}.`;
    case 'cuts':
      return `Before ${held} of ${formatCount(considered, 'pause')} the last event was incomplete: ${formatCount(bursts, 'burst')}${every}, cut where a buffer was full.`;
    default:
      return `All ${formatCount(considered, 'event')} came at once, after ${formatMs(heldMs)}, when the stream ended.`;
  }
}

function nameProxy({ head }: Observation): string {
  const seen = ['via', 'server'].flatMap((name) => {
    const value = readHeader(head, name);
    return value === undefined ? [] : [`${name}: ${cleanText(value, 40)}`];
  });
  if (seen.length === 0) return '';
  const isNginx = seen.some((value) => /nginx/i.test(value));
  return ` (${seen.join('; ')}${isNginx ? ', which buffers unless it is told not to' : ''})`;
}
