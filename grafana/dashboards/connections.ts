import type { DashboardOptions } from '../dashboard.ts';
import { closes } from './connections/closes.ts';
import { failures } from './connections/failures.ts';
import { figures } from './connections/figures.ts';
import { lives } from './connections/lives.ts';
import { people } from './connections/people.ts';

/** The life of a connection, from open to close. */
export const connections: DashboardOptions = {
  name: 'connections',
  title: 'SSE / Connections',
  asks: [
    'Why do streams end?',
    'Is everybody reconnecting?',
    'Which streams never get, or no longer get, a byte?',
    'Who refuses them, and whose are they?',
  ],
  shows:
    'Figures of what should be near 0, with the self-check that nothing is miscounted. Closes by reason, with those of the guard apart and errors that repeat; opens against yesterday. Duration as a heat map and its average, age and silence. Folded: what failed, and who is connected.',
  sections: [
    { bands: [figures, ...closes, ...lives] },
    { title: 'What went wrong', isCollapsed: true, bands: failures },
    { title: 'Who is connected', isCollapsed: true, bands: people },
  ],
};
