/** Redis and Postgres of the system, for examples/production. */
import { execFileSync } from 'node:child_process';
import { accessSync, chownSync, constants, globSync, mkdirSync } from 'node:fs';
import { connect } from 'node:net';
import { delimiter, join } from 'node:path';

import { type Janitor, startJanitor } from '../../../stack/janitor.ts';
import { createPart, type Part } from '../../../stack/part.ts';
import { findQuietPorts } from '../../../stack/ports.ts';
import { until } from '../../support/poll.ts';

/** A server that keeps the events of examples/production. */
export interface EventStore extends AsyncDisposable {
  readonly url: string;
  readonly part: Part;
}

/** Debian has Postgres's programs on nobody's PATH. */
const POSTGRES_FOLDERS = '/usr/lib/postgresql/*/bin';

/** A Redis. */
export interface RedisStore extends EventStore {
  /** Runs commands over one connection. @returns the answers. */
  run(...commands: string[]): string;
}

/** Starts a Redis on a free port. @throws Error when there is none. */
export async function startRedis(): Promise<RedisStore> {
  const [port] = await findQuietPorts(1);
  const janitor = startJanitor();
  const args = ['--port', String(port), '--bind', '127.0.0.1', '--save', ''];
  const store = await start(janitor, Number(port), {
    name: 'redis',
    command: find('redis-server', 'apt-get install redis-server'),
    args: [...args, '--dir', janitor.folder],
  });
  const cli = find('redis-cli', 'apt-get install redis-tools');
  return {
    ...store,
    url: `redis://127.0.0.1:${port}`,
    run: (...commands) =>
      execFileSync(cli, ['-p', String(port)], {
        input: commands.join('\n'),
        encoding: 'utf8',
      }),
  };
}

/** Starts a Postgres with an empty database. @throws Error when there is none. */
export async function startPostgres(): Promise<EventStore> {
  const [port] = await findQuietPorts(1);
  const janitor = startJanitor();
  const data = join(janitor.folder, 'postgres');
  const user = { ...readUser('postgres') };
  mkdirSync(data);
  // It refuses to run as root.
  if (user.uid !== undefined) chownSync(data, user.uid, user.gid ?? user.uid);
  const program = find('postgres', 'apt-get install postgresql');
  execFileSync(
    find('initdb', 'apt-get install postgresql'),
    ['-D', data, '-U', 'sse', '-A', 'trust', '-N', '-E', 'UTF8'],
    { ...user, stdio: ['ignore', 'ignore', 'pipe'] },
  );
  const args = ['-D', data, '-p', String(port), '-h', '127.0.0.1', '-k', data];
  const asUser = user.uid === undefined ? [] : asPostgres(program);
  const store = await start(janitor, Number(port), {
    name: 'postgres',
    command: asUser[0] ?? program,
    args: [...asUser.slice(1), ...args, '-F'],
  });
  return { ...store, url: `postgres://sse@127.0.0.1:${port}/postgres` };
}

function asPostgres(program: string): string[] {
  const setpriv = find('setpriv', 'apt-get install util-linux');
  return [
    setpriv,
    '--reuid=postgres',
    '--regid=postgres',
    '--clear-groups',
    program,
  ];
}

async function start(
  janitor: Janitor,
  port: number,
  options: { name: string; command: string; args: string[] },
): Promise<EventStore> {
  const part = createPart(options, janitor, (error) => {
    throw error;
  });
  const stop = async () => {
    await part.kill();
    await janitor[Symbol.asyncDispose]();
  };
  try {
    await part.start();
    await until(`${options.name} listens`, () => isListening(port));
  } catch (error) {
    await stop();
    throw new Error(`${error}\n${part.output()}`);
  }
  return { url: '', part, [Symbol.asyncDispose]: stop };
}

/** Root runs it as another user; others as themselves. */
function readUser(name: string): { uid?: number; gid?: number } {
  if (process.getuid?.() !== 0) return {};
  const read = (flag: string) =>
    Number(execFileSync('id', [flag, name], { encoding: 'utf8' }));
  return { uid: read('-u'), gid: read('-g') };
}

function isListening(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    const tell = (answer: boolean) => () => {
      socket.destroy();
      resolve(answer);
    };
    socket.once('connect', tell(true)).once('error', tell(false));
  });
}

function find(name: string, mend: string): string {
  const folders = [
    ...(process.env['PATH'] ?? '').split(delimiter),
    '/usr/bin',
    ...globSync(POSTGRES_FOLDERS),
  ];
  const found = folders.map((folder) => join(folder, name)).find(isExecutable);
  if (found === undefined) throw new Error(`${name} is missing: ${mend}`);
  return found;
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
