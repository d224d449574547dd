import { execFile } from 'node:child_process';
import { mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { promisify } from 'node:util';
import { parseAllDocuments } from 'yaml';
import { type Kind, writeSchemas } from '../../../stack/kubernetes-schemas.ts';
import { buildProgram } from '../../../stack/programs.ts';
import { pathOf } from './files.ts';

/** Names and values, as Kubernetes compares them. */
export type Labels = Readonly<Record<string, string>>;

/** A question that the kubelet asks a container. */
interface Probe {
  readonly httpGet: { readonly path: string; readonly port: string };
}

/** A container, as far as tests look at it. */
export interface Container {
  readonly name: string;
  readonly image: string;
  readonly args?: readonly string[];
  readonly ports: readonly { name: string; containerPort: number }[];
  readonly envFrom?: readonly { secretRef: { name: string } }[];
  readonly env: readonly {
    readonly name: string;
    readonly value?: string;
    readonly valueFrom?: object;
  }[];
  readonly lifecycle: { readonly preStop: { sleep: { seconds: number } } };
  readonly readinessProbe: Probe;
  readonly livenessProbe: Probe;
  readonly startupProbe?: Probe;
  readonly resources: Readonly<Record<'requests' | 'limits', Labels>>;
  readonly securityContext: object;
}

/** What a pod is made of. */
interface PodSpec {
  readonly containers: readonly [Container];
  readonly volumes?: readonly { configMap: { name: string } }[];
  readonly terminationGracePeriodSeconds: number;
  readonly securityContext: object;
  readonly automountServiceAccountToken: boolean;
}

/** A Deployment or a StatefulSet. */
export interface Workload extends Manifest {
  readonly spec: {
    readonly replicas?: number;
    readonly selector: { readonly matchLabels: Labels };
    readonly template: {
      readonly metadata: { readonly labels: Labels };
      readonly spec: PodSpec;
    };
  };
}

/** A document of a manifest. */
export interface Manifest extends Kind {
  readonly metadata: {
    readonly name: string;
    readonly namespace?: string;
    readonly labels: Labels;
    readonly annotations?: Labels;
  };
  readonly data?: Labels;
}

const FOLDER = 'deploy/kubernetes';

/** Everything that can be added to the whole of it. */
export const COMPONENTS = [
  'hpa',
  'keda',
  'scrape',
  'storage/mimir',
  'storage/remote-write',
  'storage/thanos-receive',
  'storage/victoria-metrics',
] as const;

/** One of {@link COMPONENTS}. */
export type Component = (typeof COMPONENTS)[number];

/** Runs a function with a temporary folder. */
async function inFolder<Result>(
  work: (folder: string) => Promise<Result>,
): Promise<Result> {
  const folder = mkdtempSync(join(realpathSync(tmpdir()), 'sse-kubernetes-'));
  try {
    return await work(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** What `kustomize build` makes of deploy/kubernetes with some components. */
export async function renderManifests(
  ...components: readonly Component[]
): Promise<string> {
  return inFolder(async (folder) => {
    const base = relative(folder, pathOf(FOLDER));
    writeFileSync(
      join(folder, 'kustomization.yaml'),
      // JSON is YAML.
      JSON.stringify({
        resources: [base],
        components: components.map((name) => join(base, name)),
      }),
    );
    const kustomize = await buildProgram('kustomize');
    const { stdout, stderr } = await promisify(execFile)(
      kustomize,
      ['build', folder],
      { maxBuffer: 2 ** 26 },
    );
    if (stderr !== '') throw new Error(stderr);
    return stdout;
  });
}

/** The documents of a text. */
function parseManifests(text: string): Manifest[] {
  return parseAllDocuments(text).map((document) => {
    const [error] = document.errors;
    if (error !== undefined) throw error;
    return document.toJS() as Manifest;
  });
}

/** As {@link renderManifests}, parsed. */
export async function readManifests(
  ...components: readonly Component[]
): Promise<Manifest[]> {
  return parseManifests(await renderManifests(...components));
}

/** @throws Error when there is not one such document. */
export function findManifest<Found = Manifest>(
  manifests: readonly Manifest[],
  kind: string,
  name: string,
): Found {
  const found = manifests.filter(
    (one) => one.kind === kind && one.metadata.name === name,
  );
  if (found.length !== 1) throw new Error(`${found.length} ${kind} ${name}`);
  return found[0] as Found;
}

/** The Deployments and StatefulSets. */
export function listWorkloads(manifests: readonly Manifest[]): Workload[] {
  return manifests.filter((one): one is Workload =>
    /^(Deployment|StatefulSet|DaemonSet|Job|CronJob)$/.test(one.kind),
  );
}

/** What kubeconform says of a text: a line for each document that is not valid. */
export async function validateManifests(text: string): Promise<string[]> {
  return inFolder(async (folder) => {
    const file = join(folder, 'manifests.yaml');
    writeFileSync(file, text);
    const schemas = join(folder, 'schemas');
    const location = await writeSchemas(schemas, parseManifests(text));
    const args = ['-strict', '-output=json', '-verbose'];
    const kubeconform = await buildProgram('kubeconform');
    const { stdout } = await promisify(execFile)(kubeconform, [
      ...args,
      `-schema-location=${location}`,
      file,
    ]).catch((error: { stdout: string }) => error);
    const { resources } = JSON.parse(stdout) as {
      resources: { kind: string; name: string; status: string; msg: string }[];
    };
    const expected = parseManifests(text).length;
    if (resources.length !== expected) {
      throw new Error(`${resources.length} of ${expected} were looked at`);
    }
    return resources
      .filter(({ status }) => status !== 'statusValid')
      .map(({ kind, name, msg }) => `${kind} ${name}: ${msg}`);
  });
}
