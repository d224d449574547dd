import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect } from 'node:net';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { PACKAGE_NAME } from '../../src/version.ts';
import { createRawClient, formatRequest } from '../support/sse-server.ts';

/** A Node that runs programs, and what is preloaded into it. */
export interface Setting {
  readonly node: string;
  /** A project that has test/agents/programs, and test/compliance in it. */
  readonly project: string;
  readonly flags: readonly string[];
  readonly env: Readonly<Record<string, string>>;
}

/** Programs of test/compliance. */
export interface LanePlan {
  readonly rooms: readonly string[];
  /** For rooms alone. */
  readonly roomEnv?: Readonly<Record<string, string>> | undefined;
  /** Those that end their process. */
  readonly exits?: readonly string[];
}

/** What programs did, by the name of each; and the streams that were measured. */
export interface Lane {
  readonly programs: ReadonlyMap<string, string>;
  /** By room. */
  readonly measured: ReadonlyMap<string, number>;
}

/** Before a child is taken to hang. */
const DEADLINE_MS = 60_000;
/** Characters of a body that are compared when the process did not wait. */
const MAX_COMPARED = 1000;
const PRELOADS = ['--import', './closed.mjs', '--import', './modules.cjs'];

/**
 * Runs programs of test/compliance: one room after the other, and beside them
 * those that end their process.
 */
export async function runLane(
  setting: Setting,
  { rooms, roomEnv = {}, exits = [] }: LanePlan,
): Promise<Lane> {
  const programs = new Map<string, string>();
  const measured = new Map<string, number>();
  const roomSetting = { ...setting, env: { ...setting.env, ...roomEnv } };
  const runRooms = async (): Promise<void> => {
    for (const room of rooms) {
      const output = await runRoom(roomSetting, room, programs);
      for (const line of output.split('\n').filter(Boolean)) {
        const parsed = JSON.parse(line) as BatchLine;
        if (parsed.measured) measured.set(room, parsed.measured.closed);
        else programs.set(`${room}: ${parsed.name}`, print(parsed.lanes));
      }
    }
  };
  const runExits = async (): Promise<void> => {
    for (const name of exits) {
      programs.set(`exits: ${name}`, await runExit(setting, name));
    }
  };
  await Promise.all([runRooms(), runExits()]);
  return { programs, measured };
}

/** What test/compliance/run-batch.mjs prints, a line each. */
interface BatchLine {
  readonly name?: string;
  readonly lanes?: object;
  readonly measured?: { readonly closed: number };
}

/** @returns what it printed; how it ended is a program too. */
async function runRoom(
  setting: Setting,
  room: string,
  programs: Map<string, string>,
): Promise<string> {
  const path = join(setting.project, 'compliance', 'programs', `${room}.mjs`);
  const { href } = pathToFileURL(path);
  const child = start(
    setting,
    '--no-warnings',
    'compliance/run-batch.mjs',
    href,
  );
  const output = collect(child.stdout);
  programs.set(`${room}: the process`, await endOf(child));
  return output();
}

/** Runs a program that ends its process, and is its client. */
async function runExit(setting: Setting, name: string): Promise<string> {
  const child = start(setting, 'compliance/run-exit.mjs', name);
  const output = collect(child.stdout);
  const end = endOf(child);
  while (!output().includes('\n')) {
    await Promise.race([
      once(child.stdout as NodeJS.EventEmitter, 'data'),
      end,
    ]);
    if (child.exitCode !== null) return await end;
  }
  const client = createRawClient(
    connect(Number.parseInt(output(), 10), '127.0.0.1'),
  );
  child.stdout?.on('data', () => {
    if (output().includes('the client may leave')) client.socket.destroy();
  });
  const headers = { Accept: 'text/event-stream', Connection: 'close' };
  client.socket.write(formatRequest('/events', headers));
  const [exit] = await Promise.all([end, client.closed]);
  // An agent that sends at `beforeExit` has Node emit it again, or not, as it likes.
  const told = output().replaceAll(/^(beforeExit \d+\n)+/gm, '$1');
  const [, ...lines] = told.split('\n');
  const received = client.received().replaceAll(/^Date: .*\r$/gm, 'Date: *\r');
  return [exit, ...lines, received.slice(0, MAX_COMPARED)].join('\n');
}

/** Names of programs that two settings do differently. */
export function compareLanes(expected: Lane, actual: Lane): string[] {
  const names = new Set([
    ...expected.programs.keys(),
    ...actual.programs.keys(),
  ]);
  return [...names].filter(
    (name) => expected.programs.get(name) !== actual.programs.get(name),
  );
}

/** Runs a program to its end. @returns what it printed on standard output. */
export async function runProgram(
  setting: Setting,
  program: string,
): Promise<string> {
  const child = start(setting, program);
  const output = collect(child.stdout);
  const end = await endOf(child);
  // An agent may warn, of a Node that is too new for it.
  const isQuiet = !end.includes(PACKAGE_NAME);
  if (!end.startsWith('0\n') || !isQuiet) {
    throw new Error(`${program} ended: ${end}`);
  }
  return output();
}

function start(
  { node, project, flags, env }: Setting,
  ...args: string[]
): ChildProcess {
  return spawn(node, [...flags, ...PRELOADS, ...args], {
    cwd: project,
    env: { PATH: process.env['PATH'], ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
}

function collect(stream: NodeJS.ReadableStream | null): () => string {
  let text = '';
  stream?.setEncoding('utf8').on('data', (chunk: string) => {
    text += chunk;
  });
  return () => text;
}

/** The exit code or signal, and standard error as it may be compared. */
async function endOf(child: ChildProcess): Promise<string> {
  const stderr = collect(child.stderr);
  const deadline = setTimeout(() => child.kill('SIGKILL'), DEADLINE_MS);
  const [code, signal] = await once(child, 'close');
  clearTimeout(deadline);
  return `${code ?? signal}\n${maskOutput(stderr())}`;
}

/** Without the process's number, and without stacks: the hook is in them. */
function maskOutput(text: string): string {
  return text
    .replaceAll(/^ {4,}at .*\n/gm, '')
    .replaceAll(/\(node:\d+\)/g, '(node:*)');
}

/** One line a step. */
function print(lanes: object | undefined): string {
  return Object.entries(lanes ?? {})
    .flatMap(([lane, lines]) =>
      (lines as string[]).map((line) => `${lane}: ${line}`),
    )
    .join('\n');
}
