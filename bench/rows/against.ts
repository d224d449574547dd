import { type Bench, startBenches } from '../processes.ts';
import type { Measured, Row } from '../row.ts';
import { estimate } from '../statistics.ts';

// What counting costs by hand: two counters and two histograms with four
// attributes, called for each event of a broadcast to 500.

type Rival = 'otel' | 'prom-client';

async function compare(rival: Rival, isShort: boolean): Promise<Measured> {
  const rivals: number[] = [];
  const ours: number[] = [];
  const rounds = isShort ? 15 : 31;
  const processes = isShort ? 2 : 4;
  for (let process = 0; process < processes; process++) {
    await using benches = await startBenches('sdk', 'hooked', rival);
    const { sdk, hooked } = benches;
    const others = [sdk, hooked, benches[rival]];
    for (const { load, port } of others) {
      await load.ask('hold', { port, paths: ['/events'], count: 500 });
    }
    const broadcast = ({ server }: Bench) =>
      server.ask<number>('broadcast', { events: 40 });
    for (let round = -4; round < rounds; round++) {
      const used: number[] = [];
      for (const bench of others) used.push(await broadcast(bench));
      const [base = 0, hook = 0, byHand = 0] = used;
      if (round < 0) continue;
      ours.push(hook - base);
      rivals.push(byHand - base);
    }
  }
  const [our, their] = [estimate(ours), estimate(rivals)];
  // Less than nothing is not less: the smallest cost that can be told apart.
  const atLeast = (cost: number) => Math.max(cost, their.median / 1000);
  return {
    median: their.median / atLeast(our.median),
    low: their.low / atLeast(our.high),
    high: their.high / atLeast(our.low),
    of: `${ours.length} × 500 connections, 40 events`,
  };
}

export const against: readonly Row[] = (['otel', 'prom-client'] as const).map(
  (rival) => ({
    name: `against-${rival}`,
    what: `what ${rival === 'otel' ? 'OpenTelemetry' : rival} called for each event adds ÷ what we add`,
    budget: { limit: 10, is: 'at least' },
    measure: (isShort) => compare(rival, isShort),
  }),
);
