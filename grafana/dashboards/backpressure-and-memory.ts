import type { DashboardOptions } from '../dashboard.ts';
import { figures } from './backpressure-and-memory/figures.ts';
import { backpressure, memory } from './backpressure-and-memory/memory.ts';
import { processes } from './backpressure-and-memory/processes.ts';

/** Slow clients, and what they and everything else do to the processes. */
export const backpressureAndMemory: DashboardOptions = {
  name: 'backpressure-and-memory',
  title: 'SSE / Backpressure and memory',
  asks: [
    'Which process is near its end, and of what?',
    'Do slow clients fill its memory?',
    'Is it a leak, or only the garbage collector’s sawtooth?',
  ],
  shows:
    'The six limits that end a process, then queues and spikes. Queues, blocked streams and how long they are blocked. The heap’s floor, average and maximum, its growth since the start and per second, what it is made of, bytes per connection. Folded: CPU, event loop and descriptors of each process.',
  sections: [
    { bands: [...figures, backpressure, ...memory] },
    { title: 'Processes', isCollapsed: true, bands: processes },
  ],
};
