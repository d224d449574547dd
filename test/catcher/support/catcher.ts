import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { until } from '../../support/poll.ts';

const SERVER = fileURLToPath(
  new URL('../../../stack/catcher/server.mjs', import.meta.url),
);

const running = new Set<ChildProcess>();
process.once('exit', () => {
  for (const child of running) child.kill('SIGKILL');
});

/** A message as `/messages` has it. */
interface Message {
  readonly id: number;
  readonly receivedAt: string;
  readonly kind: string;
  readonly title: string;
  readonly text: string;
  readonly from?: string;
  readonly to?: readonly string[];
  readonly html?: string;
  readonly body?: unknown;
}

/** A catcher in a process of its own. */
export interface Catcher extends AsyncDisposable {
  readonly url: string;
  readonly smtpPort: number;
  messages(): Promise<Message[]>;
  /** Posts JSON. */
  post(path: string, body: unknown): Promise<Response>;
  /** Asks it to end. @returns its exit code. */
  end(): Promise<number | null>;
}

/** Starts one on free ports; `await using` ends it. */
export async function startCatcher(
  env: Readonly<Record<string, string>> = {},
): Promise<Catcher> {
  const { child, output } = spawnCatcher({ PORT: '0', SMTP_PORT: '0', ...env });
  const closed = once(child, 'close');
  const read = () =>
    /(http:\S+)\/\nSMTP +\S+:(\d+)\n/.exec(output())?.slice(1) ?? [];
  await until(
    'the catcher',
    () => read().length > 0 || child.exitCode !== null,
  );
  const [url = '', smtpPort] = read();
  if (url === '') throw new Error(output());
  return {
    url,
    smtpPort: Number(smtpPort),
    async messages() {
      const response = await fetch(`${url}/messages`);
      return (await response.json()) as Message[];
    },
    post: (path, body) =>
      fetch(`${url}${path}`, {
        method: 'POST',
        headers: { 'Content-Type': 'application/json' },
        body: JSON.stringify(body),
      }),
    async end() {
      child.kill('SIGTERM');
      const [code] = (await closed) as [number | null];
      return code;
    },
    async [Symbol.asyncDispose]() {
      child.kill('SIGKILL');
      await closed;
    },
  };
}

/** Starts one that should not come up. @returns what it says, and its exit code. */
export async function failToStart(
  env: Readonly<Record<string, string>>,
): Promise<{ output: string; code: number | null }> {
  const { child, output } = spawnCatcher({ PORT: '0', SMTP_PORT: '0', ...env });
  const timer = setTimeout(() => child.kill('SIGKILL'), 10_000);
  const [code] = (await once(child, 'close')) as [number | null];
  clearTimeout(timer);
  return { output: output(), code };
}

function spawnCatcher(env: Readonly<Record<string, string>>) {
  const child = spawn(process.execPath, [SERVER], {
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  running.add(child);
  child.once('exit', () => running.delete(child));
  let printed = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      printed += text;
    });
  }
  return { child, output: () => printed };
}
