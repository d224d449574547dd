import { type Bench, startBench, type Variant } from '../processes.ts';
import type { Row } from '../row.ts';
import { estimate } from '../statistics.ts';

const FEW = 200;
const MANY = 2200;

/** Bytes of heap that a stream adds, the process's own use left out. */
async function heapPerStream(variant: Variant, path: string): Promise<number> {
  await using bench = await startBench(variant);
  await hold(bench, path, FEW);
  const before = await settledHeap(bench);
  await hold(bench, path, MANY - FEW);
  return ((await settledHeap(bench)) - before) / (MANY - FEW);
}

async function hold(bench: Bench, path: string, count: number): Promise<void> {
  const { load, port } = bench;
  await load.ask('hold', { port, paths: [path], count });
}

/** After an event: what is made at the first write is there. */
async function settledHeap({ server }: Bench): Promise<number> {
  await server.ask('broadcast', { events: 2 });
  return server.ask<number>('heap');
}

function row(name: string, what: string, path: string, limit: number): Row {
  return {
    name,
    what,
    budget: { limit, is: 'at most', unit: 'bytes' },
    async measure(isShort) {
      const added: number[] = [];
      for (let pair = 0; pair < (isShort ? 3 : 7); pair++) {
        const bare = await heapPerStream('sdk', path);
        added.push((await heapPerStream('hooked', path)) - bare);
      }
      return {
        ...estimate(added),
        of: `${added.length} × ${MANY - FEW} streams`,
      };
    },
  };
}

export const memory: readonly Row[] = [
  row('memory', 'heap an open stream adds', '/events', 400),
  row('memory-gzip', 'the same, compressed', '/gzip', 600),
];
