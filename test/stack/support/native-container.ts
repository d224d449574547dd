import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { NativeImage } from './native-image.ts';

const running = new Set<ChildProcess>();
process.once('exit', () => {
  for (const child of running) child.kill('SIGKILL');
});

/** How a program of an image ended. */
interface End {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly milliseconds: number;
}

/** A program of an image, as a process of this machine. */
export interface NativeContainer extends AsyncDisposable {
  /** All that it printed. */
  output(): string;
  /** The user that the kernel says it has. */
  userId(): number;
  /** Its health check, once. @returns the exit code. */
  checkHealth(): Promise<number | null>;
  /** What a container engine does to end it. */
  stop(): Promise<End>;
}

/** What a container is started with. */
export interface ContainerOptions {
  readonly image: NativeImage;
  /** A folder that the image's user can read. */
  readonly folder: string;
  readonly env: Readonly<Record<string, string>>;
}

/**
 * Starts the command of an image as its user, without any right of root.
 * `await using` ends it.
 */
export function startContainer({
  image,
  folder,
  env,
}: ContainerOptions): NativeContainer {
  const options = {
    cwd: join(image.root, image.workdir),
    env: { ...image.env, ...env, PATH: `${copyNode(folder)}:/usr/bin:/bin` },
  };
  const run = (command: readonly string[]): ChildProcess =>
    spawn('setpriv', [...dropRights(image.user), ...command], {
      ...options,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
  const child = run(image.command);
  running.add(child);
  let printed = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding('utf8').on('data', (text: string) => {
      printed += text;
    });
  }
  const closed = once(child, 'close') as Promise<
    [number | null, NodeJS.Signals | null]
  >;
  child.once('exit', () => running.delete(child));
  // A missing setpriv is told by whoever waits for the start.
  closed.catch((error: unknown) => {
    printed += `setpriv, of Debian's util-linux: ${String(error)}`;
  });
  return {
    output: () => printed,
    userId() {
      const status = readFileSync(`/proc/${child.pid}/status`, 'utf8');
      return Number(/^Uid:\s+(\d+)/m.exec(status)?.[1]);
    },
    async checkHealth() {
      const [code] = (await once(run(image.health), 'close')) as [
        number | null,
      ];
      return code;
    },
    async stop() {
      const start = performance.now();
      child.kill('SIGTERM');
      const [code, signal] = await closed;
      return { code, signal, milliseconds: performance.now() - start };
    },
    async [Symbol.asyncDispose]() {
      child.kill('SIGKILL');
      await closed.catch(() => undefined);
    },
  };
}

function dropRights(user: string): string[] {
  const [uid = '', gid = ''] = user.split(':');
  const rights = ['--no-new-privs', '--inh-caps=-all'];
  // Whoever is not root is a user without rights already, if another one.
  if (process.getuid?.() !== 0) return rights;
  const identity = [`--reuid=${uid}`, `--regid=${gid}`, '--clear-groups'];
  return [...identity, '--bounding-set=-all', ...rights];
}

/** This Node, where others may read it. @returns its folder. */
function copyNode(folder: string): string {
  const bin = join(folder, 'bin');
  if (!existsSync(bin)) cpSync(process.execPath, join(bin, 'node'));
  return bin;
}
