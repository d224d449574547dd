import {
  misbehave,
  startClients,
  untilOpen,
} from './programs/start-clients.ts';
import type { Drill } from './support/drill.ts';

const CLIENTS = 220;
/** A process that has just started has no more than this on its heap. */
const BYTES = 22_000_000;

/**
 * 1.2 MB per second, where 0.1 is growth and 4 are a jump: in two minutes seven times
 * the heap for each connection, where half as much again is a rise.
 */
const drill: Drill = {
  name: 'heap-growth',
  title: 'each stream keeps all of its events',
  expected: ['SseHeapGrowing', 'SseMemoryPerConnectionRising'],
  watched: '45m',
  // What each connection took 6 hours ago.
  history: [
    {
      metric: 'job_instance:sse_process_heap_used_bytes:per_connection_min5m',
      labels: { instance: 'app-1' },
      since: '8h',
      value: BYTES / CLIENTS,
    },
    {
      metric: 'job_instance:sse_server_active_connections:sum',
      labels: { instance: 'app-1' },
      since: '8h',
      value: CLIENTS,
    },
  ],
  async run(stage) {
    const app = await stage.startApp({ program: 'hoarding.mjs' });
    await startClients(stage, { url: `${app.url}/news`, count: CLIENTS });
    await untilOpen(stage, CLIENTS);
    // What has not run for half an hour warms up.
    await stage.pass('30m');
    stage.faultBegins();
    await misbehave(app.url);
  },
};

export default drill;
