import { type Bench, startBenches } from '../processes.ts';
import type { Measured, Row } from '../row.ts';
import { compareWarm, estimate } from '../statistics.ts';

// CPU of the server alone, with the hook ÷ without; both have the same SDK and
// exporter. Both are alive, each with its clients, and work in turn, in slices of
// some 20 ms: what else the machine does meets both. V8 compiles the same program
// better or worse in one process than in the next: one value of a row is the median
// of a process and its partner.

/** Has a server do some work. @returns microseconds of CPU. */
type Work = (bench: Bench) => Promise<number>;

interface Effort {
  /** How many processes of each there are, one after the other. */
  readonly processes: number;
  /** How often the two are compared in each. */
  readonly pairs: number;
  /** Pairs before that: what V8 compiles meanwhile is CPU of the process too. */
  readonly warmUp: number;
}

/** @returns the ratio of each pair of processes. */
async function compare(
  effort: Effort,
  work: Work,
  prepare: (bench: Bench) => Promise<unknown> = async () => {},
): Promise<number[]> {
  const ratios: number[] = [];
  for (let process = 0; process < effort.processes; process++) {
    await using benches = await startBenches('sdk', 'hooked');
    const { sdk, hooked } = benches;
    for (const bench of [sdk, hooked]) await prepare(bench);
    const ratio = await compareWarm(
      effort,
      () => work(sdk),
      () => work(hooked),
    );
    ratios.push(ratio);
  }
  return ratios;
}

/** Holds streams of one route; then each of them gets events. */
async function broadcast(
  effort: Effort,
  connections: number,
  events: number,
): Promise<Measured> {
  let open = 0;
  const ratios = await compare(
    effort,
    ({ server }) => server.ask('broadcast', { events }),
    async ({ load, port }) => {
      const paths = ['/events'];
      open = await load.ask('hold', { port, paths, count: connections });
    },
  );
  return describe(ratios, `${open} connections`);
}

/** Has clients ask so often, and the server answer. */
function asked(
  command: 'answer' | 'read' | 'visit',
  path: string,
  count: number,
  atOnce: number,
): Work {
  return async ({ server, load, port }) => {
    await server.ask('mark');
    await load.ask(command, { port, path, count, atOnce });
    return server.ask('used');
  };
}

function describe(ratios: readonly number[], what: string): Measured {
  return { ...estimate(ratios), of: `${ratios.length} processes, ${what}` };
}

/** @param isShort - for a check: fewer, and shorter. */
function effortOf(isShort: boolean, pairs: number, warmUp: number): Effort {
  return isShort
    ? { processes: 4, pairs: pairs / 2, warmUp: warmUp / 2 }
    : { processes: 12, pairs, warmUp };
}

export const traffic: readonly Row[] = [
  {
    name: 'broadcast-500',
    what: 'broadcast to 500, one event of 120 bytes a write',
    budget: { limit: 1.03, is: 'at most' },
    accepted: 1.1,
    measure: (isShort) => broadcast(effortOf(isShort, 60, 60), 500, 5),
  },
  {
    name: 'broadcast-10000',
    what: 'the same to 10,000',
    budget: { limit: 1.03, is: 'at most' },
    accepted: 1.1,
    measure: (isShort) =>
      broadcast(
        { processes: isShort ? 2 : 8, pairs: 20, warmUp: 10 },
        10_000,
        1,
      ),
  },
  {
    name: 'tokens',
    what: 'a stream a request, 200 small events each, 100 at once',
    budget: { limit: 1.03, is: 'at most' },
    accepted: 1.1,
    async measure(isShort) {
      const work = asked('read', '/tokens', 100, 100);
      const ratios = await compare(effortOf(isShort, 12, 12), work);
      return describe(ratios, '100 streams at once');
    },
  },
  {
    name: 'json',
    what: 'a plain JSON answer, no stream',
    budget: { limit: 1.015, is: 'at most' },
    accepted: 1.04,
    async measure(isShort) {
      const work = asked('answer', '/json', 1000, 20);
      const ratios = await compare(effortOf(isShort, 60, 150), work);
      return describe(ratios, '1,000 answers a time');
    },
  },
  {
    name: 'open-close',
    what: 'opening and closing a stream',
    budget: { limit: 1.05, is: 'at most' },
    accepted: 1.4,
    async measure(isShort) {
      const work = asked('visit', '/events', 200, 50);
      const ratios = await compare(effortOf(isShort, 60, 60), work);
      return describe(ratios, '200 streams a time');
    },
  },
];
