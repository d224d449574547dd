import { table } from '../scripts/docs/markdown.ts';
import { type Bench, startBenches } from './processes.ts';
import { comparePairs, estimate } from './statistics.ts';

/** What an event and a stream cost, at one number of streams and routes. */
export interface GrowthPoint {
  readonly streams: number;
  readonly routes: number;
  /** CPU of one event on one stream, in microseconds. */
  readonly bare: number;
  readonly hooked: number;
  /** Hooked ÷ bare, of each pair. */
  readonly ratio: number;
  /** Heap that the hook adds to a stream, in bytes. */
  readonly bytes: number;
}

const SIZES: readonly (readonly [streams: number, routes: number])[] = [
  [100, 1],
  [1000, 1],
  [10_000, 1],
  [1000, 10],
  [1000, 100],
];

/** Measures how costs grow with streams and routes. @param say - progress. */
export async function measureGrowth(
  say: (line: string) => void,
): Promise<{ points: GrowthPoint[]; table: string }> {
  const points: GrowthPoint[] = [];
  for (const [streams, routes] of SIZES) {
    const point = await measurePoint(streams, routes);
    points.push(point);
    say(`${streams} streams, ${routes} routes: ${point.ratio.toFixed(3)}`);
  }
  return { points, table: renderTable(points) };
}

async function measurePoint(
  streams: number,
  routes: number,
): Promise<GrowthPoint> {
  await using benches = await startBenches('sdk', 'hooked');
  const { sdk, hooked } = benches;
  const events = Math.ceil(10_000 / streams);
  const paths = Array.from({ length: routes }, (_, route) => pathOf(route));
  const heap = { sdk: 0, hooked: 0 };
  for (const [name, bench] of [
    ['sdk', sdk],
    ['hooked', hooked],
  ] as const) {
    const { server, load, port } = bench;
    const hold = async (count: number) => {
      await load.ask('hold', { port, paths, count });
      await server.ask('broadcast', { events: 2 });
      return server.ask<number>('heap');
    };
    // What a process and each route have once is no cost of a stream.
    const before = await hold(Math.max(routes, streams / 10));
    const added = streams - Math.max(routes, streams / 10);
    heap[name] = ((await hold(added)) - before) / added;
  }
  const used = { sdk: [] as number[], hooked: [] as number[] };
  const broadcast = async ({ server }: Bench, to: number[]) => {
    const cpu = await server.ask<number>('broadcast', { events });
    to.push(cpu / events / streams);
    return cpu;
  };
  const compare = (pairs: number) =>
    comparePairs(
      pairs,
      () => broadcast(sdk, used.sdk),
      () => broadcast(hooked, used.hooked),
    );
  await compare(6);
  const ratios = await compare(30);
  return {
    streams,
    routes,
    bare: estimate(used.sdk).median,
    hooked: estimate(used.hooked).median,
    ratio: estimate(ratios).median,
    bytes: heap.hooked - heap.sdk,
  };
}

/** Letters alone: a number would be cleaned from the path. */
function pathOf(route: number): string {
  const letter = (digit: number) => String.fromCharCode(97 + digit);
  return `/events/${letter(Math.floor(route / 10))}${letter(route % 10)}`;
}

function renderTable(points: readonly GrowthPoint[]): string {
  return table(
    ['Streams', 'Routes', 'CPU with ÷ without', 'Heap a stream, bytes'],
    points.map(({ streams, routes, ratio, bytes }) => [
      streams.toLocaleString('en'),
      String(routes),
      ratio.toFixed(3),
      bytes.toFixed(0),
    ]),
  );
}
