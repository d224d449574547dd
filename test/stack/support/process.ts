import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { until } from '../../support/poll.ts';

const running = new Set<ChildProcess>();
process.once('exit', () => {
  for (const child of running) child.kill('SIGKILL');
});

/** A program of the stack, or an application, that runs beside the test. */
export interface Running extends AsyncDisposable {
  /** All that it printed. */
  output(): string;
  /** Resolves once `isReady` holds. Else stops it. @throws Error with its output. */
  waitUntil(what: string, isReady: () => Promise<boolean>): Promise<void>;
  /** Asks it to end, and waits until it has. */
  stop(): Promise<void>;
}

/** How a program is started. */
export interface ProcessOptions {
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
}

/** Starts a program; `await using` ends it. */
export function startProcess(
  command: string,
  args: readonly string[],
  { env = {}, cwd }: ProcessOptions = {},
): Running {
  const child = spawn(command, args, {
    ...(cwd !== undefined && { cwd }),
    env: { PATH: process.env['PATH'], ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  running.add(child);
  let printed = '';
  let isEnded = false;
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      printed += text;
    });
  }
  const stop = async (signal: NodeJS.Signals = 'SIGKILL'): Promise<void> => {
    if (isEnded) return;
    child.kill(signal);
    await ended;
  };
  const ended = once(child, 'close').finally(() => {
    isEnded = true;
    running.delete(child);
  });
  ended.catch((error: unknown) => {
    printed += String(error);
  });
  return {
    output: () => printed,
    async waitUntil(what, isReady) {
      try {
        await until(`${command}: ${what}`, () => {
          if (isEnded) throw new Error('it ended');
          return isReady();
        });
      } catch (error) {
        await stop();
        throw new Error(`${String(error)}\n${printed}`);
      }
    },
    stop: () => stop('SIGTERM'),
    [Symbol.asyncDispose]: () => stop(),
  };
}

/** Whether a page is answered with 200; no answer is no. */
export async function isAnswered(url: string): Promise<boolean> {
  try {
    const response = await fetch(url);
    await response.arrayBuffer();
    return response.status === 200;
  } catch {
    return false;
  }
}
