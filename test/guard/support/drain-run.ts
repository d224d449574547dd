import { fileURLToPath } from 'node:url';
import type { DrainResult } from '../../../src/guard.ts';
import { type Child, startChild } from '../../register/support/child.ts';

const PROGRAMS = fileURLToPath(new URL('../programs/', import.meta.url));

/** How a server with many clients was drained, as both sides saw it. */
export interface DrainRun {
  readonly result: DrainResult;
  /** Milliseconds after the first end at which each client came back. */
  readonly returns: readonly number[];
  /** Events that no application wrote. */
  readonly broken: number;
}

/** Drains a server in one process whose clients, in another, go to a second. */
export async function runDrain(
  connections: number,
  seconds: number,
  retryMs: number,
  tickMs: number,
): Promise<DrainRun> {
  const server = () =>
    startChild(`${PROGRAMS}drained.mjs`, {
      flags: [],
      args: [String(seconds), String(retryMs), String(tickMs)],
      deadlineMs: 300_000,
    });
  await using old = server();
  await using next = server();
  await using clients = startChild(`${PROGRAMS}clients.mjs`, {
    flags: [],
    args: [String(connections), await portOf(old), await portOf(next)],
    deadlineMs: 300_000,
  });
  await clients.waitFor(/^all in$/m, 120_000);
  await old.ask('/drain');
  const wait = seconds * 1000 + retryMs + 60_000;
  const result = await readJson(old, /^drained (.*)$/m, wait);
  const seen = await readJson(clients, /^returned (.*)$/m, wait);
  return {
    result: result as DrainResult,
    ...(seen as Omit<DrainRun, 'result'>),
  };
}

/** How many came back in the busiest window, ÷ what an even rate would have. */
export function peakOf(
  returns: readonly number[],
  seconds: number,
  windowMs: number,
): number {
  const sorted = returns.toSorted((a, b) => a - b);
  let most = 0;
  let from = 0;
  for (const [to, time] of sorted.entries()) {
    while (time - (sorted[from] as number) >= windowMs) from++;
    most = Math.max(most, to - from + 1);
  }
  return most / ((returns.length / (seconds * 1000)) * windowMs);
}

async function portOf(child: Child): Promise<string> {
  const [, port = ''] = await child.waitFor(/^listening (\d+)$/m);
  return port;
}

async function readJson(
  child: Child,
  pattern: RegExp,
  deadlineMs: number,
): Promise<unknown> {
  const [, text = ''] = await child.waitFor(pattern, deadlineMs);
  return JSON.parse(text);
}
