import { formatMs } from '../text.ts';
import type { Check } from './check.ts';

/** What the server's own metrics say. */
export const SERVER_CHECKS: readonly Check[] = [
  {
    id: 'disconnect-unnoticed',
    severity: 'error',
    title: 'The server does not notice that a client is gone',
    why: 'It goes on making events for nobody, and keeps the connection’s memory: with time all of it.',
    change:
      'Behind a proxy: let it close its side at once (nginx: not "proxy_ignore_client_abort on"; buffering off). In the server: clean up on the response’s close event, and write heartbeats.',
    look: ({ disconnect }) => {
      if (disconnect === undefined || disconnect.problem !== undefined)
        return undefined;
      return disconnect.closedAfter > disconnect.closedBefore
        ? undefined
        : `${formatMs(disconnect.waitedMs)} after the doctor left, the metrics still count ${disconnect.closedAfter} closed streams.`;
    },
  },
  {
    id: 'metrics-unreadable',
    severity: 'warning',
    title: 'The server’s metrics cannot be read',
    why: 'Without them nobody can say whether the server notices a disconnect.',
    change:
      'Give --metrics the URL where a server with this package’s register shows its metrics: http://localhost:9464/metrics.',
    look: ({ disconnect }) =>
      disconnect?.problem === undefined ? undefined : `${disconnect.problem}.`,
  },
];
