import type { DashboardOptions } from '../dashboard.ts';
import { TARGET_VARIABLE } from '../variables.ts';
import { figures } from './probes/figures.ts';
import { opening } from './probes/opening.ts';
import { stream } from './probes/stream.ts';

/** What a client outside sees: the doctor's exporter. */
export const probes: DashboardOptions = {
  name: 'probes',
  title: 'SSE / Probes',
  asks: [
    'Can a client from outside open each stream, and does it get events?',
    'Does something between hold events back, or lose those that were missed?',
    'Which certificate ends next?',
  ],
  shows:
    'Figures of what must be 0, and of the worst target. Success of each target, and the parts of its opening. Then what comes: interval, heartbeat, buffering, resume. *Target* chooses what is probed; *Job*, *Instance* and *Route* do not matter here.',
  sections: [
    { bands: figures },
    { title: 'Opening', bands: opening },
    { title: 'Stream', bands: stream },
  ],
  variables: [TARGET_VARIABLE],
};
