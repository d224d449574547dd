import {
  misbehave,
  startClients,
  untilOpen,
} from './programs/start-clients.ts';
import type { Drill } from './support/drill.ts';

const CLIENTS = 20;

/**
 * 1.3 clients leave per second, and each gets 2 writes per second from then on: after
 * 15 s 40 late writes per second, where 0.2 are a leak and 2 for each close.
 */
const drill: Drill = {
  name: 'leaked-connections',
  title: 'the list of streams keeps closed ones',
  expected: ['SseConnectionsLeaked'],
  watched: '20m',
  async run(stage) {
    const app = await stage.startApp({ program: 'forgetful.mjs' });
    await startClients(stage, {
      url: `${app.url}/news`,
      count: CLIENTS,
      // Longer than what is short for a stream.
      stayMs: 15_000,
      retryMs: 100,
    });
    await untilOpen(stage, CLIENTS - 1);
    await stage.pass('5m');
    stage.faultBegins();
    await misbehave(app.url);
  },
};

export default drill;
