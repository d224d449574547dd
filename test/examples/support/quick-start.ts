import { type ChildProcess, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { until } from '../../support/poll.ts';

const START = fileURLToPath(
  new URL('../../../examples/quick-start/start.mjs', import.meta.url),
);

/**
 * Where it looks for free ports. 0 would not do: between finding a port and
 * taking it in another process, a client of another test may be given it. From
 * below 32768 nobody is; the process id keeps two runs apart.
 */
const PORTS = {
  PORT: String(20_000 + (process.pid % 5000)),
  OTEL_EXPORTER_PROMETHEUS_PORT: String(26_000 + (process.pid % 5000)),
};

type Figures = Readonly<Record<string, number | undefined>>;

/** What `/status` answers. */
interface Status {
  readonly problem?: string;
  readonly metricsUrl: string;
  readonly now?: Figures;
  readonly history: readonly Figures[];
}

/** `npm start`, on free ports, in a process group of its own like a terminal's. */
export interface QuickStart extends AsyncDisposable {
  readonly process: ChildProcess;
  readonly url: string;
  output(): string;
  status(): Promise<Status>;
  /** What Ctrl-C does: every process of the group gets the signal. */
  pressCtrlC(): void;
  /** Resolves once it and every process that it started are gone. */
  waitUntilGone(): Promise<unknown>;
}

/** Starts it; `await using` ends it. @throws Error with what it printed. */
export async function startQuickStart(
  args: readonly string[] = [],
  env: Record<string, string> = {},
): Promise<QuickStart> {
  const child = spawn(process.execPath, [START, ...args], {
    detached: true,
    env: {
      ...process.env,
      ...PORTS,
      ...env,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let text = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (chunk: string) => {
      text += chunk;
    });
  }
  let isGone = false;
  // Its children have these pipes too: they close with the last process.
  child.once('close', () => {
    isGone = true;
  });
  const waitUntilGone = () => until('every process gone', () => isGone);
  await until(
    'addresses',
    () => text,
    () => child.exitCode !== null || text.includes('Ctrl-C'),
  );
  const url = /^Page {5}(http:\S+)\/$/m.exec(text)?.[1];
  if (url === undefined) {
    await waitUntilGone();
    throw new Error(text);
  }
  return {
    process: child,
    url,
    output: () => text,
    status: async () => (await (await fetch(`${url}/status`)).json()) as Status,
    pressCtrlC: () => signalGroup(child, 'SIGINT'),
    waitUntilGone,
    async [Symbol.asyncDispose]() {
      // Whatever a failed test left.
      signalGroup(child, 'SIGKILL');
      await waitUntilGone();
    },
  };
}

function signalGroup({ pid }: ChildProcess, signal: NodeJS.Signals): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}
