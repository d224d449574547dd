import { readFileSync } from 'node:fs';

/** A process that another one started, or one of those. */
export interface Descendant {
  readonly pid: number;
  readonly command: string;
}

/** All processes that a process started, and that those started. Linux. */
export function listDescendants(pid: number): Descendant[] {
  const children = read(`/proc/${pid}/task/${pid}/children`);
  const pids = children.split(' ').map(Number).filter(Boolean);
  return pids.flatMap((child) => [
    {
      pid: child,
      command: read(`/proc/${child}/cmdline`).replaceAll('\0', ' '),
    },
    ...listDescendants(child),
  ]);
}

/** Whether a process runs; one that only waits to be noticed does not. */
export function isAlive({ pid }: Descendant): boolean {
  const status = read(`/proc/${pid}/status`);
  return status !== '' && !/^State:\s+Z/m.test(status);
}

function read(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    // It has ended meanwhile.
    return '';
  }
}
