import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const PROGRAM = fileURLToPath(new URL('janitor.mjs', import.meta.url));

/** A temporary folder, and who cleans up after this process. */
export interface Janitor extends AsyncDisposable {
  readonly folder: string;
  /** To be killed with its group when this process is gone. */
  add(pid: number): void;
  /** Has ended. */
  remove(pid: number): void;
}

/**
 * Makes the folder. When it is disposed of, or this process is gone, however it
 * went, what still runs is killed and the folder removed.
 */
export function startJanitor(): Janitor {
  const folder = mkdtempSync(join(tmpdir(), 'sse-stack-'));
  // Workers of an nginx that root started are another user.
  chmodSync(folder, 0o711);
  const child = spawn(process.execPath, [PROGRAM, folder], {
    // The terminal's Ctrl-C must not reach it.
    detached: true,
    stdio: ['pipe', 'ignore', 'inherit'],
  });
  // Should somebody end it, the rest works without it.
  child.stdin.on('error', () => undefined);
  const ended = once(child, 'close');
  return {
    folder,
    add: (pid) => void child.stdin.write(`${pid}\n`),
    remove: (pid) => void child.stdin.write(`-${pid}\n`),
    async [Symbol.asyncDispose]() {
      child.stdin.end();
      await ended;
    },
  };
}
