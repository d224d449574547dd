import {
  misbehave,
  startClients,
  untilBothFired,
  untilOpen,
} from './programs/start-clients.ts';
import type { Drill } from './support/drill.ts';

const PRICES = { http_route: '/prices' };
const READERS = 20;
const EVENTS_PER_SECOND = 4;

/**
 * A route that is silent as a whole, and one on which half of the streams are: the
 * first misses its heartbeats and its events, the second has stalled connections.
 */
const drill: Drill = {
  name: 'stalled-producer',
  title: 'a producer dies, its streams stay open',
  expected: [
    'SseHeartbeatMissing',
    'SseEventRateLow',
    'SseEventRateBelowMinimum',
    'SseConnectionsStalled',
  ],
  watched: '15m',
  history: [
    {
      metric: 'job_http_route:sse_server_sent_events:rate5m',
      labels: PRICES,
      since: '26h',
      value: READERS * EVENTS_PER_SECOND,
    },
    {
      metric: 'job_http_route:sse_server_active_connections:sum',
      labels: PRICES,
      since: '26h',
      value: READERS,
    },
  ],
  async run(stage) {
    const app = await stage.startApp({ program: 'stalling.mjs' });
    await startClients(stage, { url: `${app.url}/prices`, count: READERS });
    await startClients(stage, {
      url: `${app.url}/rooms/#`,
      modulo: 10,
      count: 2 * READERS,
    });
    await untilOpen(stage, 3 * READERS);
    // Heartbeats must have been there before, to be missed.
    await stage.pass('10m');
    stage.faultBegins();
    await misbehave(app.url);
    await untilBothFired(stage, 'SseEventRateLow');
  },
};

export default drill;
