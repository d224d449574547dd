import {
  DOOR_ACCEPTED,
  DOOR_BUDGET,
  measureDoor,
} from '../../scripts/packed/door-size.ts';
import type { Row } from '../row.ts';
import { estimate } from '../statistics.ts';

export const doorSize: readonly Row[] = [
  {
    name: 'client-size',
    what: './client in a browser, minified and compressed, without the API',
    budget: { limit: DOOR_BUDGET, is: 'at most', unit: 'bytes' },
    accepted: DOOR_ACCEPTED,
    async measure() {
      const { minified, compressed } = await measureDoor();
      return { ...estimate([compressed]), of: `${minified} bytes minified` };
    },
  },
];
