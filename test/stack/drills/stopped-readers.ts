import {
  startClients,
  untilBothFired,
  untilOpen,
} from './programs/start-clients.ts';
import type { Drill } from './support/drill.ts';

const CLIENTS = 25;
const STOPPING = 20;

/**
 * 0.6 MB per second for each: after a minute and the 4 MB that the kernel takes, each of
 * them has a queue of 30 MB, where 10 are large, and all 600 MB, where 256 are.
 */
const drill: Drill = {
  name: 'stopped-readers',
  title: '20 of 25 clients stop reading',
  expected: ['SseConsumersSlow', 'SseBackpressureIgnored', 'SseQueueLarge'],
  watched: '10m',
  async run(stage) {
    const app = await stage.startApp({ program: 'heedless.mjs' });
    const clients = await startClients(stage, {
      url: `${app.url}/market`,
      count: CLIENTS,
      stopping: STOPPING,
    });
    await untilOpen(stage, CLIENTS);
    await stage.pass('5m');
    stage.faultBegins();
    await clients.misbehave();
    await untilBothFired(stage, 'SseQueueLarge');
  },
};

export default drill;
