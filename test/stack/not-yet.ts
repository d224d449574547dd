/**
 * Panels whose figures nothing emits yet, with what they wait for. A panel that
 * has data must leave the list; in the end it is empty.
 */
import type { EmptyPanels } from './support/empty-panels.ts';

export const NOT_YET: readonly EmptyPanels[] = [
  {
    dashboard: 'sse-clients',
    reason: 'clients that are measured: sse.client.*',
    panels: [
      'Stability',
      'Event delay p95',
      'Errors',
      'Open time p95',
      'Slow handlers',
      'Connected',
      'Connected clients: A',
      'Connected clients: B',
      'Stability over time',
      'Errors by type',
      'Opens and reconnects',
      'Reconnect delay',
      'Open time: A',
      'Open time: B',
      'Buffering: p99 of the interval: A',
      'Buffering: p50 of the interval: A',
      'Event delay',
      'Losses against closes: A',
      'Slow handlers over time',
      'Time in handlers',
      'Events received by type',
      'Bytes received',
      'Time without a stream',
      'Duration of connections',
      'Closes by client',
    ],
  },
];
