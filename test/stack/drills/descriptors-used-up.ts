import { until } from '../../support/poll.ts';
import {
  misbehave,
  startClients,
  untilBothFired,
  untilOpen,
} from './programs/start-clients.ts';
import type { Drill } from './support/drill.ts';

const LIMIT = 200;
const CLIENTS = 20;

/** 4 descriptors per second are left open: the 155 that are free last for 39 s. */
const drill: Drill = {
  name: 'descriptors-used-up',
  title: 'a file is never closed: EMFILE',
  expected: ['SseFileDescriptorsNearLimit', 'SseFileDescriptorsRunningOut'],
  watched: '15m',
  async run(stage) {
    const app = await stage.startApp({
      program: 'unclosing.mjs',
      openFiles: LIMIT,
    });
    await startClients(stage, { url: `${app.url}/news`, count: CLIENTS });
    await untilOpen(stage, CLIENTS);
    await stage.pass('5m');
    stage.faultBegins();
    await misbehave(app.url);
    await startClients(stage, {
      url: `${app.url}/news`,
      count: 3,
      stayMs: 8000,
    });
    await until(
      'EMFILE',
      () => app.output().includes('EMFILE'),
      Boolean,
      90_000,
    );
    await untilBothFired(stage, 'SseFileDescriptorsNearLimit');
  },
};

export default drill;
