import { Program } from '../processes.ts';
import type { SoakPlan } from './plan.ts';
import type { ClientCounts } from './record.ts';

/** Beyond it a command is stuck. */
const STUCK_MS = 60_000;

/** Where a server listens. */
export interface Target {
  readonly host: string;
  readonly port: number;
}

/** The client processes, as one. */
export interface Clients extends AsyncDisposable {
  open(count: number): Promise<ClientCounts>;
  /** Closes the oldest, and opens another for each. */
  turnOver(count: number): Promise<ClientCounts>;
  close(): Promise<ClientCounts>;
}

/** Starts them. @throws Error, from each command, when one is stuck. */
export async function startClients(
  { processes, atOnce }: SoakPlan,
  targets: readonly Target[],
): Promise<Clients> {
  const programs = Array.from(
    { length: processes },
    () => new Program('soak-clients.mjs', [], {}),
  );
  await Promise.all(programs.map((program) => program.started()));
  await Promise.all(
    programs.map((program, own) => program.ask('target', { targets, own })),
  );
  const ask = async (command: string, count = 0) => {
    const asked = programs.map((program, own) =>
      program.ask<ClientCounts>(command, {
        count: Math.floor((count + own) / processes),
        atOnce,
      }),
    );
    const stuck = new AbortController();
    const counts = await Promise.race([
      Promise.all(asked),
      rejectAfter(STUCK_MS, `clients: ${command} ${count}`, stuck.signal),
    ]).finally(() => stuck.abort());
    return counts.reduce(addUp);
  };
  return {
    open: (count) => ask('open', count),
    turnOver: (count) => ask('turnOver', count),
    close: () => ask('close'),
    async [Symbol.asyncDispose]() {
      for (const program of programs) await program[Symbol.asyncDispose]();
    },
  };
}

function addUp(a: ClientCounts, b: ClientCounts): ClientCounts {
  return {
    opened: a.opened + b.opened,
    open: a.open + b.open,
    completed: a.completed + b.completed,
    left: a.left + b.left,
  };
}

/** Rejects, unless it is told before that nobody waits. */
function rejectAfter(
  ms: number,
  what: string,
  signal: AbortSignal,
): Promise<never> {
  return new Promise((_, reject) => {
    const timer = setTimeout(() => {
      reject(new Error(`${what}: still not done after ${ms / 1000} s`));
    }, ms);
    signal.addEventListener('abort', () => clearTimeout(timer));
  });
}
