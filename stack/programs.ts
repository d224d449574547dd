/**
 * The programs that metrics pass through, built from the Go modules of
 * `stack/programs/` into a cache outside the repository.
 */
import { createHash } from 'node:crypto';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
} from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { PACKAGE_NAME } from '../src/version.ts';
import { addWebPage } from './alertmanager-page.ts';
import { buildPackages } from './go.ts';

const SOURCES = fileURLToPath(new URL('programs/', import.meta.url));
const CACHE = join(homedir(), '.cache', PACKAGE_NAME);

interface Source {
  readonly folder: string;
  /** What `go build` is given. A binary is named after the last part. */
  readonly packages: readonly string[];
  /** The module whose version the programs have. */
  readonly module: string;
  /** Of a program that has not the name of its package. */
  readonly binary?: string;
  readonly tags?: string;
  readonly prepare?: (folder: string) => Promise<void>;
}

const COLLECTOR: Source = {
  folder: 'collector',
  packages: ['.'],
  module: 'go.opentelemetry.io/collector/otelcol',
};
const PROMETHEUS: Source = {
  folder: 'prometheus',
  packages: ['prometheus', 'promtool'].map(
    (name) => `github.com/prometheus/prometheus/cmd/${name}`,
  ),
  module: 'github.com/prometheus/prometheus',
  // One of the service discoveries cannot be had from every module proxy.
  tags: 'remove_all_sd',
};
const ALERTMANAGER: Source = {
  folder: 'alertmanager',
  packages: ['alertmanager', 'amtool'].map(
    (name) => `github.com/prometheus/alertmanager/cmd/${name}`,
  ),
  module: 'github.com/prometheus/alertmanager',
  prepare: addWebPage,
};
/** Reads docker-compose.yml as Docker does. Only its `config` is of use here. */
const COMPOSE: Source = {
  folder: 'compose',
  packages: ['github.com/docker/compose/v2/cmd'],
  module: 'github.com/docker/compose/v2',
  binary: 'cmd',
};

/** Renders deploy/kubernetes. */
const KUSTOMIZE: Source = {
  folder: 'kustomize',
  packages: ['sigs.k8s.io/kustomize/kustomize/v5'],
  module: 'sigs.k8s.io/kustomize/kustomize/v5',
};
/** Holds what was rendered to the schemas of Kubernetes. */
const KUBECONFORM: Source = {
  folder: 'kubeconform',
  packages: ['github.com/yannh/kubeconform/cmd/kubeconform'],
  module: 'github.com/yannh/kubeconform',
};
const VICTORIA_METRICS: Source = {
  folder: 'victoria-metrics',
  packages: ['github.com/VictoriaMetrics/VictoriaMetrics/app/victoria-metrics'],
  module: 'github.com/VictoriaMetrics/VictoriaMetrics',
};

const PROGRAMS = {
  collector: COLLECTOR,
  prometheus: PROMETHEUS,
  promtool: PROMETHEUS,
  alertmanager: ALERTMANAGER,
  amtool: ALERTMANAGER,
  compose: COMPOSE,
  kustomize: KUSTOMIZE,
  kubeconform: KUBECONFORM,
  'victoria-metrics': VICTORIA_METRICS,
} satisfies Record<string, Source>;

/** A program of the stack. */
export type ProgramName = keyof typeof PROGRAMS;

/** All programs; those built together stand together. */
export const PROGRAM_NAMES: readonly ProgramName[] = Object.keys(
  PROGRAMS,
) as ProgramName[];

/** A program as it lies in the cache. */
export interface Program {
  readonly path: string;
  readonly version: string;
  /** Whether nothing had to be built. */
  readonly isCached: boolean;
}

/**
 * Builds a program, unless the cache has it.
 *
 * @returns the path of the binary.
 * @throws Error when Go is missing, or the build failed.
 */
export async function buildProgram(name: ProgramName): Promise<string> {
  return (await prepareProgram(name)).path;
}

/** As {@link buildProgram}, and tells what it did. */
export async function prepareProgram(name: ProgramName): Promise<Program> {
  const source: Source = PROGRAMS[name];
  const folder = join(SOURCES, source.folder);
  const cached = join(CACHE, `${source.folder}-${hashSource(source, folder)}`);
  const isCached = existsSync(cached);
  const version = readVersion(folder, source.module);
  if (!isCached) {
    console.log(`${source.folder} ${version}: building, some minutes`);
    await build(source, folder, cached);
  }
  const binary = source.binary ?? name;
  return { path: join(cached, binary), version, isCached };
}

async function build(
  source: Source,
  folder: string,
  cached: string,
): Promise<void> {
  mkdirSync(CACHE, { recursive: true });
  const temporary = mkdtempSync(`${cached}.`);
  try {
    const module = join(temporary, source.folder);
    cpSync(folder, module, { recursive: true });
    await source.prepare?.(module);
    const out = join(temporary, 'out');
    await buildPackages(module, source.packages, out, source.tags);
    renameWhole(out, cached);
  } finally {
    rmSync(temporary, { recursive: true, force: true });
  }
}

/** Another process may have been faster: what is there is as good. */
export function renameWhole(from: string, to: string): void {
  try {
    renameSync(from, to);
  } catch (error) {
    if (!existsSync(to)) throw error;
  }
}

function hashSource(source: Source, folder: string): string {
  const hash = createHash('sha256').update(JSON.stringify(source));
  for (const path of readdirSync(folder).sort()) {
    hash.update(`${path}\0`).update(readFileSync(join(folder, path)));
  }
  return hash.digest('hex').slice(0, 12);
}

function readVersion(folder: string, module: string): string {
  const lines = readFileSync(join(folder, 'go.mod'), 'utf8').split('\n');
  const words = lines.map((line) => line.trim().split(' '));
  // A tool may have the name of its module, without a version.
  const isRequired = ([name, version]: string[]) =>
    name === module && version !== undefined;
  return words.find(isRequired)?.[1] ?? 'unknown';
}
