/** One program of the stack, which can be ended and started again. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';

import type { Janitor } from './janitor.ts';

/** A part must be healthy so long after its start. */
const HEALTHY_WITHIN_MS = 30_000;
/** A part that has not ended so long after it was asked to is killed. */
const GRACE_MS = 8_000;
const POLL_MS = 50;
/** Lines that are kept, and those of a part that died that are shown. */
const KEPT_LINES = 500;
const SHOWN_LINES = 15;

/** How a part is started. */
export interface PartOptions {
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
  /** A page that is answered with 200 once it is healthy; none: at once. */
  readonly health?: string;
}

/** A program of the stack. */
export interface Part {
  readonly name: string;
  /** The last lines that it printed. */
  output(): string;
  /** The process that runs now, if any. */
  pid(): number | undefined;
  /** Starts it, again too. @throws Error with its last lines. */
  start(): Promise<void>;
  /** Asks it to end, and waits until it has. */
  stop(): Promise<void>;
  /** Ends it by SIGKILL. */
  kill(): Promise<void>;
}

/**
 * @param onDeath - told of an end that nobody asked for, once it was healthy.
 */
export function createPart(
  options: PartOptions,
  janitor: Janitor,
  onDeath: (error: Error) => void,
): Part {
  const { name, command, args, env, cwd, health } = options;
  const lines: string[] = [];
  let child: ChildProcess | undefined;
  let ended: Promise<void> = Promise.resolve();
  let isStarted = false;

  const describe = (what: string) =>
    new Error([`${name} ${what}:`, ...lines.slice(-SHOWN_LINES)].join('\n  '));

  async function watch(started: ChildProcess): Promise<void> {
    const { pid } = started;
    if (pid !== undefined) janitor.add(pid);
    collectLines(started, lines);
    const code = await once(started, 'close').then(
      ([code, signal]) => code ?? signal,
      (error: Error) => {
        lines.push(error.message);
        return 'no process';
      },
    );
    if (pid !== undefined) janitor.remove(pid);
    if (child !== started) return;
    child = undefined;
    if (isStarted) onDeath(describe(`ended (${code})`));
  }

  async function end(signal: NodeJS.Signals): Promise<void> {
    const ending = child;
    child = undefined;
    isStarted = false;
    if (ending === undefined) return ended;
    signalGroup(ending, signal);
    const late = new AbortController();
    delay(GRACE_MS, undefined, { signal: late.signal }).then(
      () => signalGroup(ending, 'SIGKILL'),
      () => undefined,
    );
    await ended;
    late.abort();
  }

  return {
    name,
    output: () => lines.join('\n'),
    pid: () => child?.pid,
    stop: () => end('SIGTERM'),
    kill: () => end('SIGKILL'),
    async start() {
      if (child !== undefined) throw new Error(`${name} runs already`);
      child = spawn(command, args, {
        ...(cwd !== undefined && { cwd }),
        env: { PATH: process.env['PATH'], ...env },
        // A group of its own: Ctrl-C reaches this process alone, which ends the
        // parts in order; and a part is killed with what it started.
        detached: true,
        stdio: ['ignore', 'pipe', 'pipe'],
      });
      ended = watch(child);
      const deadline = performance.now() + HEALTHY_WITHIN_MS;
      while (health !== undefined && !(await isAnswered(health))) {
        if (child === undefined) throw describe('did not start');
        if (performance.now() > deadline) throw describe('is not healthy');
        await delay(POLL_MS);
      }
      isStarted = true;
    },
  };
}

function collectLines({ stdout, stderr }: ChildProcess, lines: string[]): void {
  for (const stream of [stdout, stderr]) {
    let rest = '';
    stream?.setEncoding('utf8').on('data', (text: string) => {
      const parts = (rest + text).split('\n');
      rest = parts.pop() ?? '';
      lines.push(...parts);
      lines.splice(0, Math.max(0, lines.length - KEPT_LINES));
    });
    stream?.on('end', () => rest !== '' && lines.push(rest));
  }
}

function signalGroup({ pid }: ChildProcess, signal: NodeJS.Signals): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, signal);
  } catch {
    // It has ended meanwhile.
  }
}

/** Whether a page is answered with 200; no answer is no. */
async function isAnswered(url: string): Promise<boolean> {
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(1000) });
    await response.arrayBuffer();
    return response.status === 200;
  } catch {
    return false;
  }
}
