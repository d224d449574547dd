import { startClients } from './support/clients.ts';
import type { Drill, DrillStage } from './support/drill.ts';
import { FACTOR } from './support/pace.ts';

/** As a page that is opened, read for a moment and left. */
const VISIT_MS = 1000;
const PAUSE_MS = 2000;

const READERS = 12;
/** An event each 2 s to each reader. */
const NIGHT = READERS / 2;
const EVENING = 10 * NIGHT;

const ROUTE = { http_route: '/events' };

/**
 * A tenth of the evening's events, as in the night before: to rules that did not look
 * there, a producer would seem to have died.
 */
const drill: Drill = {
  name: 'quiet-night',
  title: 'a quiet night after a busy evening',
  expected: [],
  watched: '75m',
  history: [
    {
      metric: 'job_http_route:sse_server_sent_events:rate5m',
      labels: ROUTE,
      since: '26h',
      value: (secondsAgo) => (secondsAgo > 20 * 3600 ? NIGHT : EVENING),
    },
    {
      metric: 'job_http_route:sse_server_active_connections:sum',
      labels: ROUTE,
      since: '26h',
      value: READERS,
    },
  ],
  async run(stage) {
    const app = await stage.startApp({
      program: 'draining-app.mjs',
      env: { TICK_MS: '2000', HEARTBEAT_MS: String(15_000 / FACTOR) },
    });
    const clients = startClients(`${app.url}/events`, READERS, ['tick']);
    stage.defer(clients.stop);
    await stage.untilAnswered(
      `sse_server_active_connections{job="${stage.job}"} == ${READERS}`,
    );
    stage.faultBegins();
    stage.defer(flap(stage, `${app.url}/events`));
    stage.defer(ask(`${app.url}/completions`));
  },
};

export default drill;

/** One client that comes and goes. @returns its undo. */
function flap(stage: DrillStage, url: string): () => Promise<void> {
  const wait = (milliseconds: number) =>
    new Promise((resolve) => setTimeout(resolve, milliseconds));
  const run = async () => {
    while (!stage.signal.aborted) {
      const one = startClients(url, 1);
      await wait(VISIT_MS);
      one.stop();
      await wait(PAUSE_MS);
    }
  };
  const running = run();
  return () => running;
}

/** Six short answers a minute. @returns its undo. */
function ask(url: string): () => void {
  const read = async () => void (await (await fetch(url)).text());
  const timer = setInterval(() => void read().catch(() => undefined), 10_000);
  return () => clearInterval(timer);
}
