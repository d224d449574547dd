import { startBench } from '../processes.ts';
import type { Measured, Row } from '../row.ts';
import { estimate, quantileOf } from '../statistics.ts';

const STREAMS = 10_000;

interface Collected {
  readonly took: readonly number[];
  readonly pauses: readonly number[];
}

let collected: Promise<Collected & { open: number }> | undefined;

/** Both rows look at the same collections. */
function collect(times: number): Promise<Collected & { open: number }> {
  collected ??= (async () => {
    await using bench = await startBench('reader');
    const { server, load, port } = bench;
    const options = { port, paths: ['/events'], count: STREAMS };
    const open = await load.ask<number>('hold', options);
    await server.ask('collect', { times: 20 });
    const result = await server.ask<Collected>('collect', { times });
    return { ...result, open };
  })();
  return collected;
}

async function measure(
  isShort: boolean,
  key: keyof Collected,
): Promise<Measured> {
  const result = await collect(isShort ? 40 : 200);
  const values = result[key];
  return {
    ...estimate(values),
    of: `${values.length} × ${result.open} streams, p99 ${quantileOf(values, 0.99).toFixed(1)} ms`,
  };
}

export const collection: readonly Row[] = [
  {
    name: 'collection',
    what: 'one collection at 10,000 open streams',
    budget: { limit: 5, is: 'at most', unit: 'ms' },
    measure: (isShort) => measure(isShort, 'took'),
  },
  {
    name: 'collection-pause',
    what: 'the longest that events wait for it',
    budget: { limit: 5, is: 'at most', unit: 'ms' },
    measure: (isShort) => measure(isShort, 'pauses'),
  },
];
