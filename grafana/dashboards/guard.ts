import type { DashboardOptions } from '../dashboard.ts';
import { endings } from './guard/endings.ts';
import { figures } from './guard/figures.ts';
import { pressures } from './guard/pressures.ts';
import { refusals } from './guard/refusals.ts';

/** What the guard lets in, refuses and ends. */
export const guard: DashboardOptions = {
  name: 'guard',
  title: 'SSE / Guard',
  asks: [
    'How near are the instances to their limits?',
    'Who is refused, and why?',
    'Which streams does the guard end: slow, silent, too old?',
    'Does a deploy drain without a spike of reconnects?',
  ],
  shows:
    'Figures of what the guard did in the last 5 minutes. Connections of each instance against its limit, then refusals by reason and route and their share of all requests. What it ended, by reason, beside the queues that get clients cut off; a drain, with the reconnects that it makes. Folded: what its other limits look at.',
  sections: [
    { bands: [figures, ...refusals, ...endings] },
    { title: 'What its limits look at', isCollapsed: true, bands: pressures },
  ],
};
