import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { until } from '../../support/poll.ts';

/** The door under test, by its public name. */
export const REGISTER = 'opentelemetry-instrumentation-sse/register';

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));
const APPS = fileURLToPath(new URL('../apps/', import.meta.url));

/** Before a test times out. */
const DEADLINE_MS = 25_000;

const running = new Set<ChildProcess>();
process.once('exit', () => {
  for (const child of running) child.kill('SIGKILL');
});

/** How a program is started. */
export interface ChildOptions {
  /** @defaultValue `['--import', REGISTER]` */
  readonly flags?: readonly string[];
  readonly args?: readonly string[];
  /** The whole environment, but for `PATH`. */
  readonly env?: Readonly<Record<string, string>>;
  /** @defaultValue the repository */
  readonly cwd?: string;
  /** After which it is killed. @defaultValue 25,000 */
  readonly deadlineMs?: number;
}

/** A program that runs in a process of its own. */
export interface Child extends AsyncDisposable {
  readonly pid: number;
  stdout(): string;
  stderr(): string;
  /** Resolves once the pattern is in what was printed. */
  waitFor(pattern: RegExp, deadlineMs?: number): Promise<RegExpExecArray>;
  kill(signal: NodeJS.Signals): void;
  /** Ends it at once. Afterwards all that was printed is known. */
  stop(): Promise<void>;
  /** The exit code, or the signal that ended it. */
  readonly ended: Promise<number | NodeJS.Signals>;
  /** Sends a command to the program's own server and returns the answer. */
  ask(path: string): Promise<string>;
}

/** Starts a program of `apps/`; `await using` ends it. */
export function startChild(
  program: string,
  {
    flags = ['--import', REGISTER],
    args = [],
    env = {},
    cwd = ROOT,
    deadlineMs = DEADLINE_MS,
  }: ChildOptions = {},
): Child {
  const path = program.startsWith('/') ? program : `${APPS}${program}`;
  const child = spawn(process.execPath, [...flags, path, ...args], {
    cwd,
    env: { PATH: process.env['PATH'], ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const output = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const) {
    child[name].setEncoding('utf8').on('data', (text: string) => {
      output[name] += text;
    });
  }
  let isEnded = false;
  // A test that waits for an end that never comes must not leave a process.
  const deadline = setTimeout(() => child.kill('SIGKILL'), deadlineMs);
  running.add(child);
  const ended = once(child, 'close').then(([code, signal]) => {
    isEnded = true;
    clearTimeout(deadline);
    running.delete(child);
    return (code ?? signal) as number | NodeJS.Signals;
  });
  const waitFor = async (
    pattern: RegExp,
    waitMs?: number,
  ): Promise<RegExpExecArray> => {
    const find = () =>
      pattern.exec(output.stdout) ?? pattern.exec(output.stderr) ?? undefined;
    await until(
      `${program} prints ${pattern}`,
      () => ({ isFound: find() !== undefined, isEnded, output }),
      ({ isFound, isEnded }) => isFound || isEnded,
      waitMs,
    );
    const found = find();
    if (found !== undefined) return found;
    throw new Error(
      `${program} ended (${await ended}) without ${pattern}: ${JSON.stringify(output)}`,
    );
  };
  const stop = async (): Promise<void> => {
    if (!isEnded) child.kill('SIGKILL');
    await ended;
  };
  return {
    pid: child.pid ?? -1,
    stdout: () => output.stdout,
    stderr: () => output.stderr,
    waitFor,
    kill: (signal) => child.kill(signal),
    stop,
    ended,
    async ask(path) {
      const [, port] = await waitFor(/^listening (\d+)$/m);
      const response = await fetch(`http://127.0.0.1:${port}${path}`);
      return await response.text();
    },
    [Symbol.asyncDispose]: stop,
  };
}

/** Runs a program to its end. */
export async function runChild(program: string, options?: ChildOptions) {
  await using child = startChild(program, options);
  const end = await child.ended;
  return { end, stdout: child.stdout(), stderr: child.stderr() };
}
