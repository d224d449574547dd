/**
 * Tries the packed package on each supported Node and SDK line: programs of
 * test/matrix, in a project of its own for each line. Ends with a table.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { PACKAGE_NAME, PACKAGE_VERSION } from '../src/version.ts';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
/** Outside the repository: several Nodes, fetched once. */
const CACHE = join(homedir(), '.cache', PACKAGE_NAME);
const NODES = ['22.15.0', '24', '26'];
const SDKS: Record<string, Record<string, string>> = {
  '2.x': { api: '1.9', sdk: '2', experimental: '0.223' },
  '3.x': { api: '1.10', sdk: '3', experimental: '0.301' },
};
const REGISTER = `${PACKAGE_NAME}/register`;
const OTLP = {
  OTEL_METRIC_EXPORT_INTERVAL: '200',
  OTEL_SERVICE_NAME: 'matrix',
  // The program is the receiver too, and gone before the last export.
  OTEL_LOG_LEVEL: 'none',
};

/** A program, the flags and the variables that it is run with. */
const PROGRAMS: Record<
  string,
  { file: string; flags?: string[]; env?: Record<string, string> }
> = {
  '--import, ES module': {
    file: 'register.mjs',
    flags: ['--import', REGISTER],
  },
  '--require, CommonJS': {
    file: 'register.cjs',
    flags: ['--require', REGISTER],
  },
  'OTLP, protobuf': {
    file: 'otlp.mjs',
    flags: ['--import', REGISTER],
    env: OTLP,
  },
  'OTLP, JSON': {
    file: 'otlp.mjs',
    flags: ['--import', REGISTER],
    env: { ...OTLP, OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json' },
  },
  NodeSDK: { file: 'node-sdk.mjs' },
  'a provider later': {
    file: 'late-provider.mjs',
    flags: ['--import', REGISTER],
  },
};

const scratch = mkdtempSync(join(tmpdir(), 'sse-matrix-'));
const rows: string[][] = [];
let failures = 0;
try {
  const nodes = await Promise.all(NODES.map(fetchNode));
  await npm(ROOT, 'pack', '--ignore-scripts', '--pack-destination', scratch);
  for (const line of Object.keys(SDKS)) {
    const project = await createProject(line);
    for (const [name, program] of Object.entries(PROGRAMS)) {
      const cells: string[] = [];
      for (const node of nodes)
        cells.push(await tryProgram(node, project, program));
      rows.push([line, name, ...cells]);
      console.log(`SDK ${line}, ${name}: ${cells.join(' ')}`);
    }
  }
} finally {
  rmSync(scratch, { recursive: true, force: true });
}
printTable(
  ['SDK', 'program', ...NODES.map((version) => `Node ${version}`)],
  rows,
);
if (failures > 0) process.exitCode = 1;

/** @returns the path of a Node of that version. */
async function fetchNode(version: string): Promise<string> {
  const folder = join(CACHE, `node-${version}`);
  const path = join(folder, 'node_modules', 'node', 'bin', 'node');
  if (existsSync(path)) return path;
  mkdirSync(folder, { recursive: true });
  writeManifest(folder);
  await npm(folder, 'install', `node@${version}`);
  return path;
}

async function createProject(line: string): Promise<string> {
  const { api, sdk, experimental } = SDKS[line] as Record<string, string>;
  const project = join(scratch, line);
  cpSync(join(ROOT, 'test', 'matrix'), project, { recursive: true });
  writeManifest(project);
  await npm(
    project,
    'install',
    join(scratch, `${PACKAGE_NAME}-${PACKAGE_VERSION}.tgz`),
    `@opentelemetry/api@${api}`,
    `@opentelemetry/sdk-metrics@${sdk}`,
    `@opentelemetry/resources@${sdk}`,
    ...[
      'exporter-prometheus',
      'exporter-metrics-otlp-http',
      'exporter-metrics-otlp-proto',
      'sdk-node',
    ].map((name) => `@opentelemetry/${name}@${experimental}`),
  );
  return project;
}

function writeManifest(folder: string): void {
  const manifest = { private: true, allowScripts: { node: true } };
  writeFileSync(join(folder, 'package.json'), JSON.stringify(manifest));
}

async function tryProgram(
  node: string,
  cwd: string,
  { file, flags = [], env = {} }: (typeof PROGRAMS)[string],
): Promise<string> {
  const [port, otlpPort] = await findFreePorts();
  const isOtlp = file.startsWith('otlp');
  const child = spawn(node, [...flags, file], {
    cwd,
    env: {
      ...process.env,
      OTEL_EXPORTER_PROMETHEUS_PORT: String(port),
      ...(isOtlp && {
        OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${otlpPort}`,
      }),
      ...env,
    },
    stdio: ['ignore', 'inherit', 'inherit'],
    timeout: 30_000,
  });
  const [code] = await once(child, 'exit');
  if (code === 0) return 'ok';
  failures++;
  return 'FAILED';
}

async function findFreePorts(): Promise<number[]> {
  const servers = [createServer(), createServer()];
  for (const server of servers) server.listen(0, '127.0.0.1');
  await Promise.all(servers.map((server) => once(server, 'listening')));
  const ports = servers.map((server) => (server.address() as AddressInfo).port);
  await Promise.all(servers.map((server) => once(server.close(), 'close')));
  return ports;
}

async function npm(cwd: string, ...args: string[]): Promise<void> {
  const path = process.env['npm_execpath'];
  if (path === undefined) throw new Error('Run it by npm run test:matrix');
  const quiet = ['--no-audit', '--no-fund', '--loglevel=error'];
  const child = spawn(process.execPath, [path, ...args, ...quiet], {
    cwd,
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const [code] = await once(child, 'exit');
  if (code !== 0) throw new Error(`npm ${args[0]} failed in ${cwd}`);
}

function printTable(head: string[], body: string[][]): void {
  const widths = head.map((_, column) =>
    Math.max(...[head, ...body].map((row) => row[column]?.length ?? 0)),
  );
  console.log();
  for (const row of [head, ...body]) {
    console.log(
      row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    );
  }
}
