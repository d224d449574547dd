import type { DashboardOptions } from '../dashboard.ts';
import { current, urgent } from './overview/figures.ts';
import { trends } from './overview/trends.ts';
import { who } from './overview/who.ts';

/** Is it healthy, and for whom not? */
export const overview: DashboardOptions = {
  name: 'overview',
  title: 'SSE / Overview',
  asks: [
    'Is it healthy, and for whom not?',
    'Is there room for more connections?',
    'Do clients get their stream, and its first event, in time?',
  ],
  shows:
    'Two rows of figures: what wakes people, then what is. Below them the alerts over time and, worst first, the routes and the instances. Then opens and closes, waiting times, events and bytes over time.',
  sections: [{ bands: [urgent, current, who, ...trends] }],
};
