import { type ChildProcess, spawn } from 'node:child_process';
import { createHmac } from 'node:crypto';
import { once } from 'node:events';
import { afterAll, beforeAll } from 'vitest';
import { REGISTER } from '../../../scripts/packed/project.ts';
import {
  type Installed,
  installProduction,
} from '../../../stack/production-package.ts';
import { until } from '../../support/poll.ts';

/** Signs the tokens of tests. */
export const SECRET = 'only for tests: forty characters or more';

/** One line of the log, as pino writes it. */
type LogLine = Readonly<Record<string, unknown>> & {
  readonly msg: string;
};

/** A server of examples/production, in a process of its own. */
export interface Production extends AsyncDisposable {
  readonly url: string;
  readonly process: ChildProcess;
  /** Lines of the log so far. */
  log(message: string): LogLine[];
  /** All that it printed. */
  output(): string;
  /** Asks it to end, and waits for its exit code. */
  stop(signal?: NodeJS.Signals): Promise<number>;
  /** Publishes an event. @returns its id. */
  publish(data: unknown, type?: string): Promise<string>;
  /** @returns the sum of the series of a metric whose labels are as given. */
  metric(
    name: string,
    labels?: Readonly<Record<string, string>>,
  ): Promise<number>;
}

/** Signs a token as the application's own login would. */
export function createToken(
  seconds = 3600,
  claims: Readonly<Record<string, unknown>> = {},
): string {
  const exp = Math.floor(Date.now() / 1000) + seconds;
  const signed = [{ alg: 'HS256' }, { ...claims, sub: 'reader', exp }]
    .map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'))
    .join('.');
  const signature = createHmac('sha256', SECRET).update(signed);
  return `${signed}.${signature.digest('base64url')}`;
}

/** @param folder - of an installed copy. @param flags - of Node. */
export async function startProduction(
  folder: string,
  env: Readonly<Record<string, string>> = {},
  flags: readonly string[] = [],
): Promise<Production> {
  const child = spawn(
    process.execPath,
    [...flags, '--import', REGISTER, 'server.js'],
    {
      cwd: folder,
      env: {
        PATH: process.env['PATH'],
        PORT: '0',
        AUTH_SECRET: SECRET,
        // Of a machine that has much else to do.
        MAX_EVENT_LOOP_DELAY_SECONDS: '60',
        OTEL_EXPORTER_PROMETHEUS_PORT: '0',
        OTEL_LOG_LEVEL: 'info',
        ...env,
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    },
  );
  const exited = once(child, 'close').then(([code]) => Number(code ?? -1));
  let printed = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      printed += text;
    });
  }
  const log = (message: string) =>
    printed
      .split('\n')
      .filter((line) => line.startsWith('{') && line.endsWith('}'))
      .map((line) => JSON.parse(line) as LogLine)
      .filter(({ msg }) => msg === message);
  const stop = async (signal: NodeJS.Signals = 'SIGTERM') => {
    child.kill(signal);
    return exited;
  };
  const isListening = () => log('listening').length > 0;
  const isDecided = () => child.exitCode !== null || isListening();
  await until('listening', isDecided, Boolean, 25_000).catch(() => undefined);
  if (!isListening()) {
    await stop('SIGKILL');
    throw new Error(`It does not listen: ${printed}`);
  }
  const url = `http://127.0.0.1:${log('listening')[0]?.['port']}`;
  return {
    url,
    process: child,
    log,
    output: () => printed,
    stop,
    async publish(data, type = 'test') {
      const response = await fetch(`${url}/events`, {
        method: 'POST',
        headers: {
          Authorization: `Bearer ${createToken(60, { publish: true })}`,
          'Content-Type': 'application/json',
        },
        body: JSON.stringify({ type, data }),
      });
      if (response.status !== 202) throw new Error(await response.text());
      return ((await response.json()) as { id: string }).id;
    },
    async metric(name, labels = {}) {
      const found = await until('metrics', () =>
        /http:\/\/\S+\/metrics/.exec(printed),
      );
      const text = await (await fetch(found?.[0] ?? '')).text();
      return text
        .split('\n')
        .filter((line) => line.startsWith(`${name}{`))
        .filter((line) =>
          Object.entries(labels).every(([key, value]) =>
            line.includes(`${key}="${value}"`),
          ),
        )
        .reduce((sum, line) => sum + Number(line.split(' ').at(-1)), 0);
    },
    async [Symbol.asyncDispose]() {
      await stop('SIGKILL');
    },
  };
}

/** Installs the example before the tests of a file, and removes it after them. */
export function installForTests(): { readonly folder: string } {
  let installed: Installed | undefined;
  beforeAll(() => {
    installed = installProduction();
  }, 120_000);
  afterAll(() => installed?.[Symbol.dispose]());
  return {
    get folder() {
      if (installed === undefined) throw new Error('no test runs yet');
      return installed.folder;
    },
  };
}
