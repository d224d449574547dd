import { type Bench, startBenches } from '../processes.ts';
import type { Measured, Row } from '../row.ts';
import { estimate, medianOf } from '../statistics.ts';

// What counting costs by hand: two counters and two histograms with four
// attributes, called for each event of a broadcast to 500.

const WARM_UP = 20;
const ROUNDS = 40;

type Rival = 'otel' | 'prom-client';

async function compare(rival: Rival, isShort: boolean): Promise<Measured> {
  const rivals: number[] = [];
  const ours: number[] = [];
  const processes = isShort ? 4 : 16;
  for (let process = 0; process < processes; process++) {
    await using benches = await startBenches('sdk', 'hooked', rival);
    const { sdk, hooked } = benches;
    const others = [sdk, hooked, benches[rival]];
    for (const { load, port } of others) {
      await load.ask('hold', { port, paths: ['/events'], count: 500 });
    }
    const broadcast = ({ server }: Bench) =>
      server.ask<number>('broadcast', { events: 5 });
    const added = { hook: [] as number[], rival: [] as number[] };
    for (let round = -WARM_UP; round < ROUNDS; round++) {
      const base = await broadcast(sdk);
      const hook = (await broadcast(hooked)) - base;
      const byHand = (await broadcast(benches[rival])) - base;
      if (round < 0) continue;
      added.hook.push(hook);
      added.rival.push(byHand);
    }
    ours.push(medianOf(added.hook));
    rivals.push(medianOf(added.rival));
  }
  const [our, their] = [estimate(ours), estimate(rivals)];
  // Less than nothing is not less: the smallest cost that can be told apart.
  const atLeast = (cost: number) => Math.max(cost, their.median / 1000);
  return {
    median: their.median / atLeast(our.median),
    low: their.low / atLeast(our.high),
    high: their.high / atLeast(our.low),
    of: `${ours.length} processes, 500 connections`,
  };
}

export const against: readonly Row[] = (['otel', 'prom-client'] as const).map(
  (rival) => ({
    name: `against-${rival}`,
    what: `what ${rival === 'otel' ? 'OpenTelemetry' : rival} called for each event adds ÷ what we add`,
    budget: { limit: 10, is: 'at least' },
    accepted: 3,
    measure: (isShort) => compare(rival, isShort),
  }),
);
