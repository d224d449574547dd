import { type Bench, startBenches } from '../processes.ts';
import type { Row } from '../row.ts';
import { compareWarm, estimate, quantileOf } from '../statistics.ts';

const CLIENTS = 200;
const EVENTS = 50;

/** How long the slowest hundredth of events was on its way, in milliseconds. */
async function p99({ server, load }: Bench): Promise<number> {
  await server.ask('broadcast', { events: EVENTS, stamped: true });
  const count = CLIENTS * EVENTS;
  return quantileOf(await load.ask<number[]>('delays', { count }), 0.99);
}

export const delay: readonly Row[] = [
  {
    name: 'delay',
    what: 'time of events on their way, p99, with the hook ÷ without',
    // Within noise: nothing says that it is more.
    budget: { limit: 1, is: 'at most' },
    accepted: 1.2,
    async measure(isShort) {
      const ratios: number[] = [];
      for (let process = 0; process < (isShort ? 4 : 16); process++) {
        await using benches = await startBenches('sdk', 'hooked');
        const { sdk, hooked } = benches;
        for (const { load, port } of [sdk, hooked]) {
          await load.ask('listen', { port, path: '/events', count: CLIENTS });
        }
        const ratio = await compareWarm(
          { warmUp: 4, pairs: 14 },
          () => p99(sdk),
          () => p99(hooked),
        );
        ratios.push(ratio);
      }
      const of = `${ratios.length} processes, ${CLIENTS} clients`;
      return { ...estimate(ratios), of };
    },
  },
];
