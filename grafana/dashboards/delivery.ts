import type { DashboardOptions } from '../dashboard.ts';
import { advice, figures } from './delivery/figures.ts';
import { flow } from './delivery/flow.ts';
import { losses } from './delivery/losses.ts';

/** What reaches clients, how fast, and at what cost. */
export const delivery: DashboardOptions = {
  name: 'delivery',
  title: 'SSE / Delivery',
  asks: [
    'Do events flow, and in time?',
    'Is anything lost, or sent so that browsers drop it?',
    'What would make it cheaper: batching, compression?',
  ],
  shows:
    'Figures of flow and loss, then three pieces of advice that turn orange when they apply. Events by type, the interval between them, write time, size; what batching and compression save; heartbeats. Folded: losses, and the flow by route and instance.',
  sections: [
    { bands: [figures, advice, ...flow] },
    { title: 'Losses, routes, instances', isCollapsed: true, bands: losses },
  ],
};
