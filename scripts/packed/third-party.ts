/**
 * Runs the test suites of other packages, as npm or Debian has them, without the
 * hook and with it: what passes without must pass with it. Ends with a table. Given
 * names of packages, it runs theirs alone.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, cpSync, openSync } from 'node:fs';
import { join } from 'node:path';
import { openDebianSources, unpackDebianSource } from './debian-source.ts';
import { createScratch, printTable, REGISTER, run } from './project.ts';
import {
  findDifferences,
  type Results,
  readResults,
  total,
} from './third-party-results.ts';
import { MISSING, SUITES, type Suite } from './third-party-suites.ts';

const SDK = [
  '@opentelemetry/api@1.10',
  '@opentelemetry/sdk-metrics@3',
  '@opentelemetry/resources@3',
  '@opentelemetry/exporter-prometheus@0.301',
];
/** Of one run of a suite. */
const LIMIT_MS = 240_000;
const HOOK = {
  NODE_OPTIONS: `--import ${REGISTER}`,
  // Several processes at a time have an endpoint each.
  OTEL_EXPORTER_PROMETHEUS_PORT: '0',
  // What fails inside is printed, and found.
  OTEL_LOG_LEVEL: 'warn',
};
/** Of differences that are printed. */
const MAX_LINES = 20;
/** Fails where nothing is patched: a suite would prove nothing. */
const CHECK =
  'process.exit(Object.hasOwn(http.ServerResponse.prototype, "write") ? 0 : 1)';

// A group of its own hears no Ctrl-C.
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => process.exit(1));
}
const startedAt = performance.now();
const wanted = process.argv.slice(2);
using scratch = await createScratch();
const debian = await openDebianSources(join(scratch.folder, 'debian'));
const rows: string[][] = [];
const missing = [...MISSING];
for (const suite of SUITES) {
  const { name, version } = suite;
  if (wanted.length > 0 && !wanted.includes(name)) continue;
  const project = await install(suite);
  if (project === undefined) {
    missing.push([`${name} ${version}`, 'its tests are in Debian 12 alone']);
  } else {
    say(`${name} ${version} installed`);
    rows.push(await compareRuns(suite, project));
  }
}
printTable(
  ['package', 'version', 'tests', 'passed without', 'passed with', 'verdict'],
  rows,
);
printTable(['not to be had', 'why'], missing);
if (rows.length === 0 || rows.some((row) => row.at(-1) !== 'same'))
  process.exitCode = 1;

/** @returns the folder of a project; `undefined` when its tests are not to be had. */
async function install(suite: Suite): Promise<string | undefined> {
  const { name, version, needs } = suite;
  const project = await scratch.createProject(
    `${name.replace('/', '-')}-${version}`,
    'test/third-party',
    [...SDK, `${name}@${version}`, ...needs],
  );
  const folder = join(project, 'suite');
  cpSync(join(project, 'node_modules', name), folder, { recursive: true });
  if (suite.debian !== undefined) {
    if (debian === undefined) return undefined;
    const isThere = await unpackDebianSource(debian, ...suite.debian, folder);
    if (!isThere) return undefined;
  }
  await checkHook(folder);
  return project;
}

async function compareRuns(suite: Suite, project: string): Promise<string[]> {
  const { name, version } = suite;
  const bare = await runSuite(suite, project, 'without', {});
  const hooked = await runSuite(suite, project, 'with', HOOK);
  const problems = [
    ...findDifferences(bare, hooked).map((test) => `with the hook: ${test}`),
    ...bare.complaints,
    ...hooked.complaints,
    ...(total(bare.passed) === 0 ? [`${name}: no test passes`] : []),
  ];
  for (const problem of problems.slice(0, MAX_LINES))
    console.log(`  ${problem}`);
  return [
    name,
    version,
    String(bare.tests),
    String(total(bare.passed)),
    String(total(hooked.passed)),
    problems.length === 0 ? 'same' : 'FAILED',
  ];
}

async function checkHook(cwd: string): Promise<void> {
  const env = { ...environment(), ...HOOK };
  const code = await run(process.execPath, ['--eval', CHECK], { cwd, env });
  if (code !== 0) throw new Error(`The hook is not loaded in ${cwd}`);
}

/** Nothing of npm's, which some suites look at. */
function environment(): NodeJS.ProcessEnv {
  const { PATH, HOME } = process.env;
  return { PATH, HOME };
}

async function runSuite(
  { name, args }: Suite,
  project: string,
  how: 'without' | 'with',
  env: Readonly<Record<string, string>>,
): Promise<Results> {
  const paths = ['out', 'err'].map((end) => join(project, `${how}.${end}`));
  const [out, err] = paths.map((path) => openSync(path, 'w'));
  // A group of its own is ended as a whole.
  const child = spawn(process.execPath, args, {
    cwd: join(project, 'suite'),
    env: { ...environment(), ...env },
    stdio: ['ignore', out, err],
    detached: true,
  });
  const end = () => endGroup(child.pid);
  process.once('exit', end);
  const limit = setTimeout(end, LIMIT_MS);
  const [code] = await once(child, 'exit');
  clearTimeout(limit);
  end();
  process.off('exit', end);
  for (const file of [out, err]) closeSync(file as number);
  const [stdout = '', stderr = ''] = paths;
  const results = readResults(stdout, stderr);
  say(`${name}: ${total(results.passed)} passed ${how} the hook`);
  if (code !== null) return results;
  const complaint = `${name}: ended after ${LIMIT_MS / 1000} s ${how} the hook`;
  return { ...results, complaints: [...results.complaints, complaint] };
}

function endGroup(pid: number | undefined): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // It has ended, and all it started.
  }
}

function say(what: string): void {
  const seconds = (performance.now() - startedAt) / 1000;
  console.log(`${seconds.toFixed()} s: ${what}`);
}
