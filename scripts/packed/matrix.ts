/**
 * Tries the packed package on each supported Node and SDK line: programs of
 * test/matrix, in a project of its own for each line. Ends with a table.
 */

import { findFreePort } from '../../test/support/ports.ts';
import {
  createScratch,
  fetchNode,
  printTable,
  REGISTER,
  run,
} from './project.ts';

const NODES = ['22.15.0', '24', '26'];
const SDKS: Record<string, Record<string, string>> = {
  '2.x': { api: '1.9', sdk: '2', experimental: '0.223', auto: '0.81.2' },
  '3.x': { api: '1.10', sdk: '3', experimental: '0.301', auto: '0.82.0' },
};
/** Clients of event streams, under names of their own. */
const CLIENTS = [
  'eventsource@5',
  'eventsource3@npm:eventsource@3',
  'eventsource4@npm:eventsource@4',
  'undici@7',
];
const AUTO = '@opentelemetry/auto-instrumentations-node/register';
const OTLP = {
  OTEL_METRIC_EXPORT_INTERVAL: '200',
  OTEL_SERVICE_NAME: 'matrix',
  // The program is the receiver too, and gone before the last export.
  OTEL_LOG_LEVEL: 'none',
};
/** Metrics alone, and no questions to the clouds that this might run in. */
const APPLICATION = {
  OTEL_LOG_LEVEL: 'error',
  OTEL_TRACES_EXPORTER: 'none',
  OTEL_LOGS_EXPORTER: 'none',
  OTEL_METRICS_EXPORTER: 'prometheus',
  OTEL_NODE_RESOURCE_DETECTORS: 'serviceinstance',
};
const BOTH_EXPORTERS = {
  ...APPLICATION,
  OTEL_METRICS_EXPORTER: 'otlp,prometheus',
  OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json',
  OTEL_METRIC_EXPORT_INTERVAL: '200',
  OTEL_METRIC_EXPORT_TIMEOUT: '200',
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
  'clients on undici': {
    file: 'clients.mjs',
    flags: ['--import', REGISTER, '--experimental-eventsource'],
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
  // Node loads what --require names before what --import does, in any order.
  'auto, ours': {
    file: 'auto.cjs',
    flags: ['--import', REGISTER, '--require', AUTO],
    env: BOTH_EXPORTERS,
  },
  'ours, auto': {
    file: 'auto.cjs',
    flags: ['--import', REGISTER, '--import', AUTO],
    env: BOTH_EXPORTERS,
  },
  'NODE_OPTIONS: ours, auto': {
    file: 'auto.cjs',
    env: {
      ...BOTH_EXPORTERS,
      NODE_OPTIONS: `--require ${REGISTER} --require ${AUTO}`,
    },
  },
  'auto, ours, ES module': {
    file: 'auto.mjs',
    flags: ['--import', AUTO, '--import', REGISTER],
    env: APPLICATION,
  },
  'startNodeSdk later': {
    file: 'start-node-sdk.mjs',
    flags: ['--import', REGISTER],
    env: APPLICATION,
  },
  'startNodeSdk, file': {
    file: 'start-node-sdk.mjs',
    flags: ['--import', REGISTER],
    env: { ...APPLICATION, OTEL_CONFIG_FILE: 'otel-config.yaml' },
  },
};

using scratch = await createScratch();
const nodes = await Promise.all(NODES.map(fetchNode));
const rows: string[][] = [];
for (const line of Object.keys(SDKS)) {
  const project = await scratch.createProject(
    line,
    'test/matrix',
    packagesOf(line),
  );
  for (const [name, program] of Object.entries(PROGRAMS)) {
    const cells = await Promise.all(
      nodes.map((node) => tryProgram(node, project, program)),
    );
    rows.push([line, name, ...cells]);
    console.log(`SDK ${line}, ${name}: ${cells.join(' ')}`);
  }
}
printTable(
  ['SDK', 'program', ...NODES.map((version) => `Node ${version}`)],
  rows,
);
if (rows.flat().includes('FAILED')) process.exitCode = 1;

function packagesOf(line: string): string[] {
  const { api, sdk, experimental, auto } = SDKS[line] as Record<string, string>;
  return [
    `@opentelemetry/api@${api}`,
    `@opentelemetry/sdk-metrics@${sdk}`,
    `@opentelemetry/resources@${sdk}`,
    ...[
      'exporter-prometheus',
      'exporter-metrics-otlp-http',
      'exporter-metrics-otlp-proto',
      'sdk-node',
    ].map((name) => `@opentelemetry/${name}@${experimental}`),
    `@opentelemetry/auto-instrumentations-node@${auto}`,
    ...CLIENTS,
  ];
}

async function tryProgram(
  node: string,
  cwd: string,
  { file, flags = [], env = {} }: (typeof PROGRAMS)[string],
): Promise<string> {
  const code = await run(node, [...flags, file], {
    cwd,
    env: {
      ...process.env,
      OTEL_EXPORTER_PROMETHEUS_PORT: String(await findFreePort()),
      MATRIX_PORT: String(await findFreePort()),
      ...(/^otlp|^auto.cjs/.test(file) && {
        OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${await findFreePort()}`,
      }),
      ...env,
    },
  });
  return code === 0 ? 'ok' : 'FAILED';
}
