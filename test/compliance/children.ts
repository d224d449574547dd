import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect } from 'node:net';
import { fileURLToPath } from 'node:url';
import { until } from '../support/poll.ts';
import { createRawClient, formatRequest } from '../support/sse-server.ts';
import { askHttp2Once } from './http2-exit-client.ts';

/** What one program did: its lines in order, for each thing that has an order. */
type Lanes = Record<string, string[]>;

/** What a batch of programs did, by the name of each. */
export interface Batch {
  readonly programs: ReadonlyMap<string, Lanes>;
  /** Sums of metrics, where the hook was on. */
  readonly measured: Record<string, number> | undefined;
  readonly exit: Exit;
}

/** How a process ended. */
interface Exit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stderr: string;
}

/** What a program that ends its process did. */
interface ExitRun extends Exit {
  readonly stdout: string;
  readonly received: string;
}

/** Long enough for a slow machine; a child that takes longer hangs. */
const DEADLINE_MS = 25_000;

/** The names of the programs in one file. */
export async function listPrograms(room: string): Promise<string[]> {
  const { href } = urlOf(`programs/${room}.mjs`);
  const { programs } = (await import(href)) as { programs: object };
  return Object.keys(programs);
}

/** Characters of a body that are compared when the process did not wait. */
const MAX_COMPARED = 1000;

/** Runs all programs of one file in a child. */
export async function runBatch(
  room: string,
  isInstrumented: boolean,
): Promise<Batch> {
  const program = urlOf(`programs/${room}.mjs`).href;
  // Programs log their warnings.
  const child = start(
    isInstrumented,
    '--no-warnings',
    'run-batch.mjs',
    program,
  );
  const output = collect(child.stdout);
  const exit = await endOf(child);
  const programs = new Map<string, Lanes>();
  let measured: Batch['measured'];
  for (const line of output().split('\n').filter(Boolean)) {
    const parsed = JSON.parse(line) as
      | { name: string; lanes: Lanes }
      | { measured: Batch['measured'] };
    if ('name' in parsed) programs.set(parsed.name, parsed.lanes);
    else measured = parsed.measured;
  }
  return { programs, measured, exit };
}

/** The client of a program that ends its process. */
interface ExitClient {
  readonly closed: Promise<unknown>;
  leave(): void;
  received(): string;
}

/** How each kind of program that ends its process is run, and asked. */
const EXITS = {
  exits: { runner: 'run-exit.mjs', ask: askOnce },
  'http2-exits': { runner: 'run-http2-exit.mjs', ask: askHttp2Once },
};

/** Runs a program that ends its process, and is its client. */
export async function runExit(
  room: keyof typeof EXITS,
  name: string,
  isInstrumented: boolean,
): Promise<ExitRun> {
  const { runner, ask } = EXITS[room];
  const child = start(isInstrumented, runner, name);
  const output = collect(child.stdout);
  const exit = endOf(child);
  await until('port', output, (text) => text.includes('\n'));
  const client: ExitClient = ask(Number.parseInt(output(), 10));
  child.stdout?.on('data', () => {
    if (output().includes('the client may leave')) client.leave();
  });
  const [{ code, signal, stderr }] = await Promise.all([exit, client.closed]);
  const [, ...lines] = output().split('\n');
  return {
    code,
    signal,
    stderr: maskOutput(stderr),
    stdout: lines.join('\n'),
    // How much of a long body the kernel had taken by then is its own affair.
    received: client.received().slice(0, MAX_COMPARED),
  };
}

function askOnce(port: number): ExitClient {
  const client = createRawClient(connect(port, '127.0.0.1'));
  client.socket.write(
    formatRequest('/events', {
      Accept: 'text/event-stream',
      Connection: 'close',
    }),
  );
  return {
    closed: client.closed,
    leave: () => client.socket.destroy(),
    received: () => client.received().replaceAll(/^Date: .*\r$/gm, 'Date: *\r'),
  };
}

function urlOf(path: string): URL {
  return new URL(path, import.meta.url);
}

function start(isInstrumented: boolean, ...args: string[]): ChildProcess {
  const preload = ['--import', urlOf('preload.mjs').href];
  return spawn(
    process.execPath,
    [...(isInstrumented ? preload : []), ...args],
    {
      cwd: fileURLToPath(urlOf('.')),
      // The test runner's own settings are no part of what is compared.
      env: {},
      stdio: ['ignore', 'pipe', 'pipe'],
    },
  );
}

function collect(stream: NodeJS.ReadableStream | null): () => string {
  let text = '';
  stream?.setEncoding('utf8').on('data', (chunk: string) => {
    text += chunk;
  });
  return () => text;
}

async function endOf(child: ChildProcess): Promise<Exit> {
  const stderr = collect(child.stderr);
  const deadline = setTimeout(() => child.kill('SIGKILL'), DEADLINE_MS);
  const [code, signal] = (await once(child, 'close')) as [
    Exit['code'],
    Exit['signal'],
  ];
  clearTimeout(deadline);
  return { code, signal, stderr: stderr() };
}

/** Without the process's number, and without stacks: the hook is in them. */
function maskOutput(text: string): string {
  return text
    .replaceAll(/^ {4,}at .*\n/gm, '')
    .replaceAll(/\(node:\d+\)/g, '(node:*)');
}
