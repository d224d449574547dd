/**
 * Tries the packed package under Next.js in production: `next start`, with its
 * compressor and without, and the standalone server, outside of its project as in
 * a container. The application is test/next. Ends with a table.
 */
import { cpSync } from 'node:fs';
import { join } from 'node:path';
import {
  type Child,
  REGISTER,
  startChild,
} from '../../test/register/support/child.ts';
import { FREE_PORT } from '../../test/register/support/scrape.ts';
import { findFreePort } from '../../test/support/ports.ts';
import { CHECKS, type Streams, tryStreams } from './next-streams.ts';
import { createScratch, printTable, run } from './project.ts';

const PACKAGES = [
  'next@16.4.6',
  'react@19.3.1',
  'react-dom@19.3.1',
  '@opentelemetry/api@1.10',
  '@opentelemetry/sdk-metrics@3',
  '@opentelemetry/resources@3',
  '@opentelemetry/exporter-prometheus@0.301',
];
const NEXT = 'node_modules/next/dist/bin/next';
const ENVIRONMENT = { NEXT_TELEMETRY_DISABLED: '1', NODE_ENV: 'production' };

/** A router of Next.js: a path, and the template that Next.js makes of it. */
const ROUTERS = {
  app: { path: '/users/anna/events', route: '/users/[id]/events' },
  pages: {
    path: '/api/rooms/anna/events',
    route: '/api/rooms/[room]/events',
  },
};

/** How a production server is started, on a port that is given. */
interface Server {
  readonly name: string;
  readonly isCompressing: boolean;
  start(port: string): Child;
}

const startedAt = performance.now();
using scratch = await createScratch();
const project = await scratch.createProject('next', 'test/next', PACKAGES);
say('installed');
await build({});
await build({ STANDALONE: 'yes' });
const standalone = join(scratch.folder, 'standalone');
cpSync(join(project, '.next-standalone', 'standalone'), standalone, {
  recursive: true,
});
say('built');

const servers: Server[] = [
  createStart('next start', 'yes'),
  createStart('uncompressed', 'no'),
  {
    name: 'standalone',
    isCompressing: true,
    start: (port) =>
      startNext(standalone, 'server.js', [], {
        PORT: port,
        HOSTNAME: '127.0.0.1',
      }),
  },
];
const rows: string[][] = [];
for (const server of servers) {
  for (const [router, paths] of Object.entries(ROUTERS)) {
    for (const accepted of ['identity', 'gzip']) {
      const encoding = server.isCompressing ? accepted : 'identity';
      const streams = { ...paths, accepted, encoding };
      const cells = await tryServer(server, streams);
      rows.push([server.name, router, accepted, ...cells]);
    }
    say(`${server.name}, ${router} router`);
  }
}
printTable(['server', 'router', 'accepts', ...CHECKS], rows);
if (rows.flat().includes('FAILED')) process.exitCode = 1;

function say(what: string): void {
  console.log(
    `${((performance.now() - startedAt) / 1000).toFixed()} s: ${what}`,
  );
}

async function build(env: Record<string, string>): Promise<void> {
  const code = await run(process.execPath, [NEXT, 'build'], {
    cwd: project,
    env: { ...process.env, ...ENVIRONMENT, ...env },
    stdio: ['ignore', 'ignore', 'inherit'],
    timeout: 120_000,
  });
  if (code !== 0) throw new Error('next build failed');
}

function createStart(name: string, compress: string): Server {
  return {
    name,
    isCompressing: compress === 'yes',
    start: (port) =>
      startNext(project, NEXT, ['start', '-H', '127.0.0.1', '-p', port], {
        COMPRESS: compress,
      }),
  };
}

function startNext(
  cwd: string,
  program: string,
  args: readonly string[],
  env: Record<string, string>,
): Child {
  const hook = { NODE_OPTIONS: `--import ${REGISTER}` };
  return startChild(join(cwd, program), {
    flags: [],
    args,
    cwd,
    env: { ...ENVIRONMENT, ...FREE_PORT, ...hook, ...env },
  });
}

/** @returns a cell for each check. */
async function tryServer(server: Server, streams: Streams): Promise<string[]> {
  const port = await findFreePort();
  await using child = server.start(String(port));
  const differences = await child
    .waitFor(/Ready in/)
    .then(() => tryStreams(child, port, streams))
    .catch((error: Error) => CHECKS.map(() => error.message));
  for (const difference of new Set(differences)) {
    if (difference !== undefined) console.log(`  ${difference}`);
  }
  return differences.map((found) => (found === undefined ? 'ok' : 'FAILED'));
}
