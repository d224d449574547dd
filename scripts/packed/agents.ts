/**
 * Tries the packed package beside agents that trace the same requests: Sentry,
 * Datadog, New Relic, Elastic, loaded before it and after it. What is counted must
 * be what is counted without an agent, and an application must do with both what
 * it does with the agent alone. Ends with a table.
 */
import { cpSync } from 'node:fs';
import { join } from 'node:path';
import { AGENTS, KNOWN } from '../../test/agents/agents.ts';
import {
  compareLanes,
  type Lane,
  runLane,
  runProgram,
  type Setting,
} from '../../test/agents/lanes.ts';
import { HTTP1_ROOMS } from '../../test/compliance/rooms.ts';
import { findFreePort } from '../../test/support/ports.ts';
import {
  createScratch,
  fetchNode,
  printTable,
  REGISTER,
  ROOT,
} from './project.ts';

const NODES = ['24', '22.15.0', '26'];
const PACKAGES = [
  '@opentelemetry/api@1.10',
  '@opentelemetry/sdk-metrics@3',
  '@opentelemetry/resources@3',
  '@opentelemetry/exporter-prometheus@0.301',
  'express@5',
];
/** Of its exits.mjs: agents have listeners of their own to what ends a process. */
const EXITS = [
  'the server closes, and nothing is left to do',
  'the server closes while a client stays until it leaves',
  'an exit code is set, and the server closes',
  'a server without a reference, and no stream',
  'exit in the callback of a write',
  'exit while blocked',
  'an exception in a handler',
  'an exception in the callback of a write',
  'an exception in a listener to close',
  'an exception that is caught, then a natural exit',
  'a handler that rejects',
  'a signal',
  'a signal that closes the server',
  'too many listeners',
];
/** Requests of counts.cjs over HTTP/1.1: not every agent follows HTTP/2. */
const REQUESTS = 42;
/**
 * Of the service discard. No program gets it from `listen(0)`: an agent's own
 * requests would be requests of that program.
 */
const CLOSED_PORT = '9';
/** Differences that are printed. */
const MAX_SHOWN = 8;

using scratch = await createScratch();
const nodes = await Promise.all(NODES.map(fetchNode));
const [node = ''] = nodes;
const rows: string[][] = [];
let reference: { counts: string; lane: Lane } | undefined;

for (const [agent, described] of Object.entries(AGENTS)) {
  const { version, loads, env, roomEnv } = described;
  const project = await scratch.createProject(
    agent.replace('/', '-'),
    'test/agents/programs',
    [...PACKAGES, `${agent}@${version}`],
  );
  cpSync(join(ROOT, 'test/compliance'), join(project, 'compliance'), {
    recursive: true,
  });
  const base = { node, project, env: readEnv(agent, env) };
  reference ??= await measureAlone({ ...base, env: {} });
  for (const [index, [flag, door]] of loads.entries()) {
    const alone = { ...base, flags: [flag, door] };
    // Node loads what --require names before what --import does, in any order.
    const orders = {
      'agent, ours': { ...base, flags: [flag, door, '--import', REGISTER] },
      'ours, agent': { ...base, flags: [flag, REGISTER, flag, door] },
    };
    const [expected, ...lanes] = await Promise.all(
      [alone, ...Object.values(orders)].map((setting) =>
        runLane(withPort(setting), {
          rooms: HTTP1_ROOMS,
          roomEnv,
          // How a process ends does not depend on how the agent was loaded.
          exits: index === 0 ? EXITS : [],
        }),
      ),
    );
    for (const [at, [order, setting]] of Object.entries(orders).entries()) {
      const counts = await Promise.all(
        nodes.map((each) => tryCounts({ ...setting, node: each })),
      );
      const compliance = judge(agent, expected as Lane, lanes[at] as Lane);
      const row = [`${agent} ${version}`, `${flag}`, order, ...counts];
      rows.push([...row, compliance]);
      console.log([...row, compliance].join(', '));
    }
  }
}
printTable(
  [
    'agent',
    'by',
    'order',
    ...NODES.map((each) => `counts ${each}`),
    'compliance 24',
  ],
  rows,
);
if (rows.flat().some((cell) => cell.includes('FAILED'))) process.exitCode = 1;

function readEnv(
  agent: string,
  env: Record<string, string>,
): Record<string, string> {
  const entries = Object.entries(env).map(([name, value]) => [
    name,
    value.replace('CLOSED', CLOSED_PORT),
  ]);
  return { AGENT: agent, ...Object.fromEntries(entries) };
}

/** @param port - of our metrics; 0: nobody reads them. */
function withPort(setting: Setting, port = 0): Setting {
  const env = { ...setting.env, OTEL_EXPORTER_PROMETHEUS_PORT: String(port) };
  return { ...setting, env };
}

/** What is counted, and how many streams are measured, without an agent. */
async function measureAlone(base: Omit<Setting, 'flags'>) {
  const setting = { ...base, flags: ['--import', REGISTER] };
  const lane = await runLane(withPort(setting), { rooms: HTTP1_ROOMS });
  const { counts } = await count(setting);
  return { counts, lane };
}

async function count(
  setting: Setting,
): Promise<{ traced: number; counts: string }> {
  const port = await findFreePort();
  const output = await runProgram(withPort(setting, port), 'counts.cjs');
  const { traced, counts } = JSON.parse(output) as {
    traced: number;
    counts: object;
  };
  return { traced, counts: JSON.stringify(counts, undefined, 2) };
}

async function tryCounts(setting: Setting): Promise<string> {
  try {
    const { traced, counts } = await count(setting);
    if (counts !== reference?.counts) {
      console.log(`${reference?.counts}\nis without it, with it:\n${counts}`);
    } else if (traced >= REQUESTS) return 'exact';
    else console.log(`the agent followed ${traced} requests`);
  } catch (error) {
    console.log(String(error));
  }
  return 'FAILED';
}

/** Prints what differs and should not. */
function judge(agent: string, expected: Lane, actual: Lane): string {
  const unmeasured = [...(reference?.lane.measured ?? [])]
    .filter(([room, closed]) => actual.measured.get(room) !== closed)
    .map(([room]) => `${room}: the streams that are measured`);
  const different = [...compareLanes(expected, actual), ...unmeasured];
  const unknown = different.filter(
    (name) =>
      !KNOWN.some((known) => known.agent === agent && known.program.test(name)),
  );
  for (const name of unknown.slice(0, MAX_SHOWN)) {
    console.log(`${agent}: ${name}`);
    const steps = actual.programs.get(name)?.split('\n') ?? [];
    const alone = expected.programs.get(name)?.split('\n') ?? [];
    const at = [...alone, undefined].findIndex(
      (step, index) => step !== steps[index],
    );
    // With the code that a process ended with, what it said.
    const show = (lines: string[]) =>
      lines
        .slice(at, at + 3)
        .join(' | ')
        .slice(0, 300);
    console.log(`  alone: ${show(alone)}`);
    console.log(`  both:  ${show(steps)}`);
  }
  const same = expected.programs.size - different.length;
  if (unknown.length > 0) return `FAILED ${unknown.length}`;
  const rest = different.length > 0 ? `, ${different.length} known` : '';
  return `${same} alike${rest}`;
}
