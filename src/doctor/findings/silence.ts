import type { Observation } from '../observation.ts';
import { formatMs } from '../text.ts';
import type { Check } from './check.ts';

/** A silence of so much of a proxy's time-out will be longer one day. */
const SILENT_SHARE = 0.25;
/** A heartbeat that is later than this by bad luck comes too late. */
const HEARTBEAT_SHARE = 0.75;
/** Silence before a cut that is no coincidence, ms. */
const IDLE_MS = 1000;

/** Heartbeats, idle time-outs, ends. */
export const SILENCE_CHECKS: readonly Check[] = [
  {
    id: 'heartbeat-missing',
    severity: 'warning',
    title: 'There is no heartbeat',
    why: 'Proxies cut connections on which nothing comes: 50 s (HAProxy as packaged), 55 s (Heroku), 60 s (nginx, AWS load balancers), 100 s (Cloudflare). And without writing, a server never learns that a client is gone.',
    change:
      'Write a comment (":" and a blank line) every 15 s, whatever else is written.',
    look: ({ stream, asked }) => {
      if (stream === undefined || stream.wireBytes === 0) return undefined;
      const limit = asked.proxyTimeoutMs * SILENT_SHARE;
      if (stream.comments > 0 || stream.longestSilenceMs <= limit)
        return undefined;
      return `Nothing for ${formatMs(stream.longestSilenceMs)}, and no comment in ${formatMs(stream.watchedMs)}.`;
    },
  },
  {
    id: 'heartbeat-slow',
    severity: 'warning',
    title: 'The heartbeat is too slow',
    why: 'A proxy’s time-out begins anew with every byte; one late heartbeat, and it cuts the stream.',
    change:
      'Write a comment every 15 s, or raise the time-outs of the proxies and say so: --proxy-timeout SECONDS.',
    look: ({ stream, asked }) => {
      const limit = asked.proxyTimeoutMs * HEARTBEAT_SHARE;
      if (stream === undefined || stream.comments === 0) return undefined;
      if (stream.longestSilenceMs <= limit) return undefined;
      const { heartbeatMs } = stream;
      const period =
        heartbeatMs === undefined
          ? ''
          : ` Comments come each ${formatMs(heartbeatMs)}.`;
      return `Nothing for ${formatMs(stream.longestSilenceMs)}; time-outs begin at ${formatMs(asked.proxyTimeoutMs)}.${period}`;
    },
  },
  {
    id: 'idle-cut',
    severity: 'error',
    title: 'Something cuts the stream when it is idle',
    why: 'Browsers come back after some seconds; what was sent meanwhile is lost without ids, and every client comes back again and again.',
    change:
      'Raise the time-out of the proxy (nginx: proxy_read_timeout, HAProxy: timeout server and timeout client), and write a heartbeat well within it.',
    look: ({ stream }) =>
      stream?.ending === 'broken' && stream.lastSilenceMs >= IDLE_MS
        ? `Cut after ${formatMs(stream.lastSilenceMs)} of silence, without the end of the response.`
        : undefined,
  },
  {
    id: 'stream-broken',
    severity: 'error',
    title: 'The stream broke off',
    why: 'The connection ended in the middle of the response: a crash, a restart, or a proxy’s limit of time or size.',
    change:
      'Look at the logs of the server and of each proxy at this moment. End streams with end() when a server stops.',
    look: ({ stream }) =>
      stream?.ending === 'broken' && stream.lastSilenceMs < IDLE_MS
        ? `After ${formatMs(stream.watchedMs)}, ${formatMs(stream.lastSilenceMs)} after the last byte.`
        : undefined,
  },
  {
    id: 'stream-ended',
    severity: 'warning',
    title: 'The server ended the stream',
    why: 'An EventSource opens it again after some seconds, for ever: each time what was sent meanwhile is missed, or everything comes once more.',
    change:
      'Keep the stream open. Where it is an answer that has an end, send a last event (such as "done") on which the page calls close().',
    look: (observation) => {
      const { stream } = observation;
      if (stream?.ending !== 'completed' || stream.hasFinalEvent)
        return undefined;
      if (!isEventSource(observation)) return undefined;
      const silence =
        stream.lastSilenceMs < IDLE_MS
          ? ''
          : `, ${formatMs(stream.lastSilenceMs)} after the last byte`;
      return `After ${formatMs(stream.watchedMs)}${silence}, without an event that says so.`;
    },
  },
];

/** Whether an EventSource could have asked so; `fetch` does not come back. */
function isEventSource({ asked }: Observation): boolean {
  return asked.method === 'GET' && asked.extraHeaders.length === 0;
}
