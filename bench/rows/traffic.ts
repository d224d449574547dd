import { type Bench, startBenches } from '../processes.ts';
import type { Measured, Row } from '../row.ts';
import { comparePairs, estimate } from '../statistics.ts';

// CPU of the server alone, with the hook ÷ without; both have the same SDK and
// exporter. Both are alive, each with its clients, and work in turn. V8 compiles
// the same program better or worse in one process than in the next, so that there
// are several of each.

/** Has a server do some work. @returns microseconds of CPU. */
type Work = (bench: Bench) => Promise<number>;

interface Effort {
  /** How many processes of each there are, one after the other. */
  readonly processes: number;
  /** How often the two are compared in each. */
  readonly pairs: number;
}

async function compare(
  { processes, pairs }: Effort,
  work: Work,
  prepare: (bench: Bench) => Promise<unknown> = async () => {},
): Promise<number[]> {
  const ratios: number[] = [];
  for (let process = 0; process < processes; process++) {
    await using benches = await startBenches('sdk', 'hooked');
    const { sdk, hooked } = benches;
    for (const bench of [sdk, hooked]) await prepare(bench);
    // Compiled by V8 before it counts.
    await comparePairs(
      4,
      () => work(sdk),
      () => work(hooked),
    );
    const compared = await comparePairs(
      pairs,
      () => work(sdk),
      () => work(hooked),
    );
    ratios.push(...compared);
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
  return describe(ratios, `${open} connections, ${events} events`);
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
  return { ...estimate(ratios), of: `${ratios.length} × ${what}` };
}

export const traffic: readonly Row[] = [
  {
    name: 'broadcast-500',
    what: 'broadcast to 500, one event of 120 bytes a write',
    budget: { limit: 1.03, is: 'at most' },
    measure: (isShort) =>
      broadcast({ processes: isShort ? 3 : 8, pairs: 14 }, 500, 40),
  },
  {
    name: 'broadcast-10000',
    what: 'the same to 10,000',
    budget: { limit: 1.03, is: 'at most' },
    measure: (isShort) =>
      broadcast({ processes: isShort ? 1 : 4, pairs: 14 }, 10_000, 3),
  },
  {
    name: 'tokens',
    what: 'a stream a request, 200 small events each, 100 at once',
    budget: { limit: 1.03, is: 'at most' },
    async measure(isShort) {
      const effort = { processes: isShort ? 3 : 8, pairs: 8 };
      const work = asked('read', '/tokens', 200, 100);
      return describe(await compare(effort, work), '200 streams');
    },
  },
  {
    name: 'json',
    what: 'a plain JSON answer, no stream',
    budget: { limit: 1.015, is: 'at most' },
    async measure(isShort) {
      const effort = { processes: isShort ? 4 : 10, pairs: 10 };
      const work = asked('answer', '/json', 4000, 20);
      return describe(await compare(effort, work), '4,000 answers');
    },
  },
  {
    name: 'open-close',
    what: 'opening and closing a stream',
    budget: { limit: 1.05, is: 'at most' },
    isKnownMiss: true,
    async measure(isShort) {
      const effort = { processes: isShort ? 4 : 10, pairs: 10 };
      const work = asked('visit', '/events', 500, 50);
      return describe(await compare(effort, work), '500 connections');
    },
  },
];
