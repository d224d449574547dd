/**
 * JSON schemas for kubeconform, made from what Kubernetes, the Prometheus operator and
 * KEDA publish of their APIs. They come as files of Go modules: no other registry has
 * all three, and nothing but the Go module proxy is asked.
 */
import {
  existsSync,
  globSync,
  mkdirSync,
  readFileSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse } from 'yaml';
import { runGo } from './go.ts';

interface SchemaModule {
  readonly path: string;
  readonly version: string;
  /** As Go's checksum database has it. */
  readonly sum: string;
}

const MODULES = {
  kubernetes: {
    path: 'k8s.io/kubernetes',
    version: 'v1.37.2',
    sum: 'h1:A2VDEiObzkYqFTKhSsn0ZEb0RlLEXpHWj93gi2HqEwE=',
  },
  operator: {
    path: 'github.com/prometheus-operator/prometheus-operator',
    version: 'v0.85.0',
    sum: 'h1:M5xLCLEoaW2IJfnuCwFzzpL+jSVQu3KGT84Pye+fW8s=',
  },
  keda: {
    path: 'github.com/kedacore/keda/v2',
    version: 'v2.21.0',
    sum: 'h1:R6z2HZvstK4RLUMxroNACzBj74xGxt3kG59b5Xc+Xps=',
  },
} satisfies Record<string, SchemaModule>;

type Name = keyof typeof MODULES;

/** A schema, as far as it is looked into. */
type Schema = Record<string, unknown>;

/** A module whose files lie in Go's cache. */
interface Fetched extends SchemaModule {
  readonly folder: string;
}

/**
 * Fetches the modules, unless Go has them.
 *
 * @throws Error when one is not what it was.
 */
export async function fetchSchemaModules(): Promise<Record<Name, Fetched>> {
  const entries = Object.entries(MODULES).map(async ([name, module]) => {
    const { path, version, sum } = module;
    const what = `${path}@${version}`;
    const printed = await runGo(tmpdir(), ['mod', 'download', '-json', what]);
    const { Dir, Sum } = JSON.parse(printed) as { Dir: string; Sum: string };
    if (Sum !== sum) throw new Error(`${what} has the checksum ${Sum}`);
    return [name, { ...module, folder: Dir }] as const;
  });
  return Object.fromEntries(await Promise.all(entries)) as Record<
    Name,
    Fetched
  >;
}

/** A kind, with the group and version that it is of. */
export interface Kind {
  readonly apiVersion: string;
  readonly kind: string;
}

/**
 * Writes a schema for each of the kinds that is known.
 *
 * @returns what kubeconform takes as `-schema-location`.
 */
export async function writeSchemas(
  folder: string,
  kinds: readonly Kind[],
): Promise<string> {
  const { kubernetes, operator, keda } = await fetchSchemaModules();
  const definitions = [
    join(operator.folder, 'example/prometheus-operator-crd/*.yaml'),
    join(keda.folder, 'config/crd/bases/*.yaml'),
  ];
  const others = globSync(definitions).map(
    (file) => parse(readFileSync(file, 'utf8')) as Definition,
  );
  mkdirSync(folder, { recursive: true });
  for (const one of kinds) {
    const schema =
      findDefined(others, one) ?? findBuiltIn(kubernetes.folder, one);
    if (schema === undefined) continue;
    // Names that kubeconform makes: of a group, what is before its first dot.
    const [group = '', version] = one.apiVersion.split('/');
    const suffix =
      version === undefined ? group : `${group.split('.')[0]}-${version}`;
    const path = join(folder, `${one.kind.toLowerCase()}-${suffix}.json`);
    writeFileSync(path, JSON.stringify(close(schema)));
  }
  return join(folder, '{{ .ResourceKind }}{{ .KindSuffix }}.json');
}

/** Of Kubernetes itself. */
function findBuiltIn(
  folder: string,
  { apiVersion, kind }: Kind,
): Schema | undefined {
  const api = apiVersion.includes('/') ? 'apis' : 'api';
  const name = [api, ...apiVersion.split('/')].join('__');
  const path = join(folder, `api/openapi-spec/v3/${name}_openapi.json`);
  if (!existsSync(path)) return undefined;
  const { components } = JSON.parse(readFileSync(path, 'utf8')) as OpenApi;
  const found = Object.keys(components.schemas).find((key) =>
    components.schemas[key]?.[KINDS]?.some(
      ({ group, version, kind: other }) =>
        other === kind &&
        [group, version].filter(Boolean).join('/') === apiVersion,
    ),
  );
  const $ref = `#/components/schemas/${found}`;
  return found === undefined ? undefined : { $ref, components };
}

/** Of a CustomResourceDefinition. */
function findDefined(
  definitions: readonly Definition[],
  { apiVersion, kind }: Kind,
): Schema | undefined {
  return definitions
    .filter(({ spec }) => spec.names.kind === kind)
    .flatMap(({ spec }) =>
      spec.versions.map((version) => ({ ...version, group: spec.group })),
    )
    .find(({ group, name }) => `${group}/${name}` === apiVersion)?.schema
    .openAPIV3Schema;
}

const KINDS = 'x-kubernetes-group-version-kind';
/** Kubernetes keeps what it does not know under these. */
const OPEN = 'x-kubernetes-preserve-unknown-fields';

interface OpenApi {
  readonly components: {
    readonly schemas: Record<
      string,
      { [KINDS]?: { group: string; version: string; kind: string }[] }
    >;
  };
}

interface Definition {
  readonly spec: {
    readonly group: string;
    readonly names: { readonly kind: string };
    readonly versions: readonly {
      readonly name: string;
      readonly schema: { readonly openAPIV3Schema: Schema };
    }[];
  };
}

/**
 * Lets objects have no property but those that are named: Kubernetes drops others with
 * a warning, which is how a word that is spelt wrong comes to nothing.
 */
function close(node: unknown): unknown {
  if (Array.isArray(node)) return node.map(close);
  if (node === null || typeof node !== 'object') return node;
  const entries = Object.entries(node).map(([key, value]) => [
    key,
    close(value),
  ]);
  const closed = Object.fromEntries(entries) as Schema;
  const isClosed =
    closed['type'] === 'object' &&
    typeof closed['properties'] === 'object' &&
    closed['additionalProperties'] === undefined &&
    closed[OPEN] !== true;
  return isClosed ? { ...closed, additionalProperties: false } : closed;
}
