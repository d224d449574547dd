import type { ProgressListener } from '../observe.ts';
import { formatCount } from '../text.ts';
import type { Output } from './styles.ts';

/** Of a terminal's line. */
const WIDTH = 79;
const CLEAR = '\r\u001b[K';

/** Shows what happens while somebody waits; `stop` leaves nothing behind. */
export interface Progress extends ProgressListener {
  stop(): void;
}

/** A line that is written over on a terminal; elsewhere nothing is written. */
export function showProgress(output: Output): Progress {
  let shown = '';
  const show = (text: string) => {
    if (output.isTTY !== true || text === shown) return;
    shown = text;
    output.write(`${CLEAR}${text.slice(0, WIDTH)}`);
  };
  let last = 0;
  return {
    onStep: (step) => show(`${step} …`),
    onEvents(events, comments) {
      const now = performance.now();
      if (now - last < 100) return;
      last = now;
      const counts = `${formatCount(events, 'event')}, ${formatCount(comments, 'comment')}`;
      show(`watching … ${counts} (Ctrl-C ends it)`);
    },
    stop() {
      if (shown !== '') output.write(CLEAR);
      shown = '';
    },
  };
}
