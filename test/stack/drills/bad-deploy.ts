import {
  startClients,
  untilBothFired,
  untilOpen,
} from './programs/start-clients.ts';
import type { Drill } from './support/drill.ts';

const CLIENTS = 200;
/** Those that are tickets, or advice, as well as pages. */
const TWICE = [
  'SseErrorRepeated',
  'SseConnectionsFailing',
  'SseClosesAbnormal',
];

/**
 * All streams of the new release are destroyed once, with one error, and all that come
 * back are answered with 500, 60 per second.
 */
const drill: Drill = {
  name: 'bad-deploy',
  title: 'a release breaks streams, answers 500',
  expected: [...TWICE, 'SseConnectionsDropped'],
  watched: '10m',
  async run(stage) {
    const good = await stage.startApp({ program: 'release.mjs' });
    const clients = await startClients(stage, {
      url: `${good.url}/news`,
      count: CLIENTS,
      retryMs: 3000,
      isResuming: true,
    });
    await untilOpen(stage, CLIENTS);
    await stage.pass('10m');
    stage.faultBegins();
    const bad = await stage.startApp({
      program: 'release.mjs',
      instance: 'app-2',
      env: { RELEASE: '2' },
    });
    await clients.redirect(`${bad.url}/news`);
    await good.stop();
    for (const alert of TWICE) await untilBothFired(stage, alert);
  },
};

export default drill;
