import {
  misbehave,
  startClients,
  untilOpen,
} from './programs/start-clients.ts';
import type { Drill } from './support/drill.ts';

const ROUTE = { http_route: '/news' };
const CLIENTS = 300;

/**
 * Each client comes back every 2 s: 150 per second, where 60 are a storm, 3 for each
 * connection within 15 s, which are 5 minutes.
 */
const drill: Drill = {
  name: 'reconnect-storm',
  title: '300 clients reconnect again and again',
  expected: ['SseReconnectStorm', 'SseConnectionsChurning'],
  watched: '20m',
  // An hour and a day ago people came and went.
  history: [
    {
      metric: 'job_http_route:sse_server_opened_connections:increase5m',
      labels: ROUTE,
      since: '26h',
      value: 20,
    },
    {
      metric: 'job_http_route:sse_server_short_connections:ratio_rate5m',
      labels: ROUTE,
      since: '26h',
      value: 0.05,
    },
  ],
  async run(stage) {
    const app = await stage.startApp({ program: 'short-lived.mjs' });
    await startClients(stage, { url: `${app.url}/news`, count: CLIENTS });
    await untilOpen(stage, CLIENTS);
    await stage.pass('5m');
    stage.faultBegins();
    await misbehave(app.url);
  },
};

export default drill;
