import { startClients } from './support/clients.ts';
import type { Drill } from './support/drill.ts';

const drill: Drill = {
  name: 'collector-killed',
  title: 'the Collector is killed',
  expected: ['SseTelemetryAbsent'],
  allowed: {
    SseInstanceLost:
      'each instance is as silent as its job; Alertmanager keeps it back',
  },
  watched: '20m',
  hasOwnStack: true,
  fleet: { program: 'draining-app.mjs' },
  async run(stage) {
    const clients = startClients(`${stage.fleet().url}/events`, 30);
    stage.defer(clients.stop);
    await stage.untilAnswered(
      `sum(sse_server_active_connections{job="${stage.job}"}) == 30`,
    );
    await stage.pass('5m');
    stage.faultBegins();
    await stage.part('otel-collector').kill();
  },
};

export default drill;
