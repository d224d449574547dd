import type { Row } from './row.ts';
import { against } from './rows/against.ts';
import { collection } from './rows/collection.ts';
import { delay } from './rows/delay.ts';
import { doorSize } from './rows/door-size.ts';
import { importing } from './rows/import-time.ts';
import { memory } from './rows/memory.ts';
import { scanner } from './rows/scanner.ts';
import { traffic } from './rows/traffic.ts';

/** Every row of the table, in its order. */
export const rows: readonly Row[] = [
  ...traffic,
  ...against,
  ...scanner,
  ...memory,
  ...collection,
  ...delay,
  ...importing,
  ...doorSize,
];
