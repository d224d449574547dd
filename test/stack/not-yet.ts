/**
 * Panels whose figures nothing emits yet, with what they wait for. A panel that
 * has data must leave the list; in the end it is empty.
 */
import type { EmptyPanels } from './support/empty-panels.ts';

const GUARD = 'the guard: rejected connections and their limit';

export const NOT_YET: readonly EmptyPanels[] = [
  {
    dashboard: 'sse-connections',
    reason: GUARD,
    panels: ['Rejections by reason', 'Streams per instance: B'],
  },
  { dashboard: 'sse-overview', reason: GUARD, panels: ['Rejected'] },
];
