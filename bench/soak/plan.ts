/** What is asked for; what is not given follows from the machine. */
export interface SoakOptions {
  /** Connections held at the same time. */
  readonly connections?: number;
  /** Connections opened, and closed, in all. */
  readonly total: number;
}

/** What will be done. */
export interface SoakPlan {
  readonly connections: number;
  readonly total: number;
  /** Loopback addresses that the server listens at. */
  readonly addresses: number;
  /** Client processes. */
  readonly processes: number;
  /** Connections that each client process opens or closes at the same time. */
  readonly atOnce: number;
  /** When it is over, whatever has been done, in milliseconds. */
  readonly limitMs: number;
}

/** What a server needs beside its connections, and others of this user. */
const SPARE = 2000;
const FEWEST = 500;
/** Beyond it memory is what is measured: only when it is asked for. */
const MOST = 50_000;
/** An address has 28,000 ports, and one that was left is taken for a minute. */
const PER_ADDRESS = 5000;
/** Slower than so many a second, something else is the matter. */
const SLOWEST = 150;

/**
 * Fits what is asked for to the machine.
 *
 * @param limit - of descriptors, of one process.
 * @throws Error when it does not fit.
 */
export function planSoak(options: SoakOptions, limit: number): SoakPlan {
  const fitting = limit - SPARE;
  const { connections = Math.min(fitting, MOST), total } = options;
  const most = `A process may have ${show(limit)} descriptors, which leaves ${show(Math.max(fitting, 0))} connections`;
  if (fitting < FEWEST) {
    throw new Error(`${most}: raise the limit, with ulimit -n 20000`);
  }
  if (connections > fitting) {
    throw new Error(
      `--connections is ${show(connections)}. ${most}:\nask for fewer, or raise the limit with ulimit -n`,
    );
  }
  if (connections < FEWEST) {
    throw new Error(
      `--connections is ${show(connections)}: ask for ${FEWEST} or more`,
    );
  }
  if (total < connections * 2) {
    throw new Error(
      `--total is ${show(total)}: ask for twice the ${show(connections)} connections or more`,
    );
  }
  return {
    connections,
    total,
    addresses: Math.max(2, Math.ceil(connections / PER_ADDRESS)),
    processes: 2,
    atOnce: 64,
    limitMs: 60_000 + (total / SLOWEST) * 1000,
  };
}

function show(number: number): string {
  return number.toLocaleString('en');
}
