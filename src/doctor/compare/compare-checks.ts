import { listEncodingsOf } from '../checks/encoding.ts';
import type { FindingKind } from '../findings/check.ts';
import { findTrouble } from '../findings/findings.ts';
import { type Observation, readHeader } from '../observation.ts';
import { cleanText, formatCount, formatMs } from '../text.ts';
import { measureDelays } from './delays.ts';

/** A kind of finding that two ways to one stream show. */
export interface CompareCheck extends FindingKind {
  readonly look: (
    direct: Observation,
    proxied: Observation,
  ) => string | undefined;
}

/** Below this share a network had a hiccup. */
const LATE_SHARE = 0.2;
/** What a browser or a proxy further on reads. */
const MATTER = ['content-type', 'cache-control', 'access-control-allow-origin'];

/** What a proxy does to a stream. */
export const COMPARE_CHECKS: readonly CompareCheck[] = [
  {
    id: 'proxy-refuses',
    severity: 'error',
    title: 'The stream opens directly, and not through the proxy',
    why: 'The server is well; the proxy does not reach it, or answers for it.',
    change:
      'Look at the findings of the second URL, and at the proxy’s error log.',
    look: (direct, proxied) => {
      if (direct.stream === undefined || proxied.stream !== undefined)
        return undefined;
      return `Through the proxy: ${proxied.failure?.message ?? `status ${proxied.head?.status}`}.`;
    },
  },
  {
    id: 'proxy-holds',
    severity: 'error',
    title: 'The proxy holds events back',
    why: 'The same events come later through the proxy than directly: it buffers, or compresses without flushing.',
    change:
      'Switch buffering and compression of this route off. nginx: "proxy_buffering off", "gzip off".',
    look: (direct, proxied) => {
      if (direct.stream === undefined || proxied.stream === undefined)
        return undefined;
      const delays = measureDelays(direct, proxied);
      if (delays !== undefined && delays.late >= delays.shared * LATE_SHARE) {
        return `${formatCount(delays.shared, 'event')} came both ways: through the proxy up to ${formatMs(delays.maxMs)} later, ${formatMs(Math.max(delays.medianMs, 0))} in the middle.`;
      }
      return direct.stream.events > 0 && proxied.stream.events === 0
        ? `Directly ${formatCount(direct.stream.events, 'event')} came in ${formatMs(direct.stream.watchedMs)}, through the proxy none in ${formatMs(proxied.stream.watchedMs)}.`
        : undefined;
    },
  },
  {
    id: 'proxy-loses',
    severity: 'error',
    title: 'Events are lost on the way',
    why: 'Two clients of one stream see different events: the proxy mixes servers, or cuts the stream.',
    change:
      'Look whether the proxy asks several servers that have not the same events, and at its error log.',
    look: (direct, proxied) => {
      const lost = measureDelays(direct, proxied)?.lost ?? 0;
      return lost > 0
        ? `${formatCount(lost, 'event')} came directly and not through the proxy, with others before and after.`
        : undefined;
    },
  },
  {
    id: 'proxy-swallows-comments',
    severity: 'warning',
    title: 'Comments do not come through',
    why: 'They are heartbeats: without them what is further on cuts the stream when it is idle.',
    change:
      'Find what parses and writes the stream anew, or send heartbeats as events.',
    look: (direct, proxied) => {
      const [one, other] = [direct.stream, proxied.stream];
      if (one === undefined || other === undefined) return undefined;
      return one.comments >= 2 && other.comments === 0 && other.events > 0
        ? `Directly ${formatCount(one.comments, 'comment')} came, through the proxy none.`
        : undefined;
    },
  },
  {
    id: 'proxy-changes-headers',
    severity: 'warning',
    title: 'The proxy changes headers that matter',
    why: 'Browsers and caches read these; what the application says does not arrive.',
    change: 'Let the proxy pass them on.',
    look: (direct, proxied) => {
      if (direct.head?.status !== 200 || proxied.head?.status !== 200)
        return undefined;
      const changed = MATTER.flatMap((name) => {
        const [one, other] = [direct, proxied].map(({ head }) =>
          cleanText(readHeader(head, name) ?? 'missing', 50),
        );
        return one === other ? [] : [`${name}: ${one} became ${other}`];
      });
      return changed.length > 0 ? `${changed.join('; ')}.` : undefined;
    },
  },
  {
    id: 'proxy-compresses',
    severity: 'note',
    title: 'The proxy changes the compression',
    why: 'It saves bytes, and costs a flush for each event, or the events’ time.',
    change: 'Nothing, as long as no event is held back.',
    look: (direct, proxied) => {
      const [one, other] = [direct, proxied].map(({ head }) =>
        head === undefined
          ? 'none'
          : listEncodingsOf(head).join(', ') || 'none',
      );
      if (direct.stream === undefined || proxied.stream === undefined)
        return undefined;
      return one === other
        ? undefined
        : `Directly ${cleanText(one ?? '', 40)}, through the proxy ${cleanText(other ?? '', 40)}.`;
    },
  },
  {
    id: 'proxy-adds-trouble',
    severity: 'warning',
    title: 'The proxy adds trouble',
    why: 'These findings are of the proxy, and not of the server.',
    change: 'Look at each of them, in the report of the second URL.',
    look: (direct, proxied) => {
      if (direct.stream === undefined || proxied.stream === undefined)
        return undefined;
      const before = new Set(findTrouble(direct).map(({ id }) => id));
      const added = findTrouble(proxied).filter(({ id }) => !before.has(id));
      return added.length > 0
        ? `Only through it: ${added.map(({ id }) => id).join(', ')}.`
        : undefined;
    },
  },
];
