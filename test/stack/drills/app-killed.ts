import { startClients } from './support/clients.ts';
import type { Drill } from './support/drill.ts';

const drill: Drill = {
  name: 'app-killed',
  title: 'one of two instances is killed',
  expected: ['SseInstanceLost'],
  watched: '15m',
  async run(stage) {
    const program = 'draining-app.mjs';
    const stays = await stage.startApp({ program, instance: 'stays' });
    const dies = await stage.startApp({ program, instance: 'dies' });
    let isKilled = false;
    // As a load balancer that notices.
    const clients = startClients(
      (client) => `${(isKilled || client % 2 ? stays : dies).url}/events`,
      40,
    );
    stage.defer(clients.stop);
    const active = `sse_server_active_connections{job="${stage.job}"}`;
    await stage.untilAnswered(
      `${active} == 20 and on () count(${active}) == 2`,
    );
    await stage.pass('5m');
    stage.faultBegins();
    await dies.kill();
    isKilled = true;
  },
};

export default drill;
