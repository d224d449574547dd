import { beSteady, comeBack, leaveEarly, readSlowly } from './habits.mjs';

/** @typedef {import('./habits.mjs').Habit} Habit */

/**
 * Who is in the load: so many, with which habit.
 *
 * @type {{ count: number, name: string, habit: Habit }[]}
 */
export const CROWD = [
  { count: 40, name: 'steady', habit: beSteady },
  { count: 5, name: 'slow', habit: readSlowly },
  { count: 10, name: 'leaving early', habit: leaveEarly },
  { count: 10, name: 'coming back', habit: comeBack },
];

/** `65 clients: 40 steady, …` */
export function describeLoad() {
  const total = CROWD.reduce((sum, { count }) => sum + count, 0);
  const parts = CROWD.map(({ count, name }) => `${count} ${name}`);
  return `${total} clients: ${parts.join(', ')}`;
}
