import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { findNginx, findRedis } from '../../stack/system-programs.ts';
import { until } from '../support/poll.ts';
import { isAlive, listDescendants } from './support/descendants.ts';
import { pathOf } from './support/files.ts';

const STARTED_WITHIN_MS = 30_000;
/** Catcher, Redis, Alertmanager, Prometheus, Collector, three servers, nginx, load. */
const PARTS = 10;
let folder: string;
let child: ChildProcess | undefined;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'sse-start-'));
});

afterEach(() => {
  // Of a test that failed: its janitor ends the rest.
  child?.kill('SIGKILL');
  rmSync(folder, { recursive: true, force: true });
});

/** Runs what `npm run stack` runs, with the folder for its files. */
function run(env: Readonly<Record<string, string | undefined>> = process.env) {
  const { PATH, HOME } = env;
  const started = spawn(process.execPath, [pathOf('stack/start.ts')], {
    env: { PATH, HOME, TMPDIR: folder },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  child = started;
  let printed = '';
  for (const stream of [started.stdout, started.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      printed += text;
    });
  }
  const ended = once(started, 'close') as Promise<[number | null]>;
  return { started, ended, output: () => printed };
}

/** Waits until all of it is healthy. */
async function start() {
  const { started, ended, output } = run();
  const isOver = (text: string) =>
    text.includes('Ctrl-C ends') || started.exitCode !== null;
  await until('the table', output, isOver, STARTED_WITHIN_MS);
  expect(output()).toContain('Ctrl-C ends');
  const descendants = listDescendants(started.pid ?? 0);
  return {
    child: started,
    descendants,
    output,
    /** @returns the exit code, once nothing is left. */
    async waitUntilGone(): Promise<number | null> {
      const [code] = await ended;
      await until(
        'what is left',
        () => [...descendants.filter(isAlive), ...readdirSync(folder)],
        (left) => left.length === 0,
      );
      return code;
    },
  };
}

test('names every part with an address that answers, and Ctrl-C ends all', async () => {
  const stack = await start();
  expect(stack.descendants.length).toBeGreaterThan(PARTS);
  const names = stack.output().match(/^.*: healthy$/gm) ?? [];
  expect(names.length).toBe(PARTS);
  const rows = [...stack.output().matchAll(/^(\S.*?) {2,}(http:\S+)$/gm)];
  const pages = rows.filter(([, name = '']) => !name.includes('OTLP'));
  expect(rows.length - pages.length).toBe(2);
  for (const [, name, url = ''] of pages) {
    const response = await fetch(url);
    await response.body?.cancel();
    expect(response.status, name).toBe(200);
  }
  // What a terminal does by Ctrl-C, and npm once more.
  stack.child.kill('SIGINT');
  stack.child.kill('SIGINT');
  expect(await stack.waitUntilGone()).toBe(0);
});

test('leaves nothing when it is killed', async () => {
  const stack = await start();
  stack.child.kill('SIGKILL');
  await stack.waitUntilGone();
});

test('names a part that dies, with its last lines, and ends', async () => {
  const stack = await start();
  const isCollector = ({ command }: { command: string }) =>
    command.includes('otel-collector');
  const collector = stack.descendants.find(isCollector);
  process.kill(collector?.pid ?? 0, 'SIGKILL');
  expect(await stack.waitUntilGone()).toBe(1);
  expect(stack.output()).toContain('otel-collector ended (SIGKILL):\n  ');
});

test('names the commands that install nginx and Redis', () => {
  expect(() => findNginx([folder])).toThrow('apt-get install nginx-light');
  expect(() => findRedis([folder])).toThrow('apt-get install redis-server');
});

test('names the command that installs Go, and leaves nothing', async () => {
  // Nothing is cached there.
  const { ended, output } = run({ PATH: folder, HOME: folder });
  expect(await ended).toEqual([1, null]);
  expect(output()).toContain('apt-get install golang-go');
  const left = readdirSync(folder, { recursive: true, withFileTypes: true });
  expect(left.filter((entry) => entry.isFile())).toEqual([]);
});
