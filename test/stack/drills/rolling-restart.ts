import { startClients } from './support/clients.ts';
import type { Drill } from './support/drill.ts';
import { FACTOR } from './support/pace.ts';

const CLIENTS = 150;

const drill: Drill = {
  name: 'rolling-restart',
  title: 'three instances restart, and drain',
  expected: [],
  watched: '60m',
  fleet: {
    program: 'draining-app.mjs',
    env: {
      DRAIN_MS: String(10_000 / FACTOR),
      RETRY_MS: String(5_000 / FACTOR),
      HEARTBEAT_MS: String(15_000 / FACTOR),
    },
  },
  async run(stage) {
    const { url, instances } = stage.fleet();
    const clients = startClients(`${url}/events`, CLIENTS, ['tick']);
    stage.defer(clients.stop);
    const isComplete = `sum(sse_server_active_connections{job="${stage.job}"}) == ${CLIENTS}`;
    await stage.untilAnswered(isComplete);
    // What an instance has is known of it five minutes later.
    await stage.pass('15m');
    stage.faultBegins();
    for (const instance of instances) {
      await instance.stop();
      await instance.start();
      await stage.pass('1m');
    }
    await stage.untilAnswered(isComplete);
    if (clients.refused() > 0) throw new Error('a client was refused for good');
  },
};

export default drill;
