import { createRequire } from 'node:module';
import type { ExporterSettings } from './exporters.ts';
import { isMissing, log } from './log.ts';

type SdkMetrics = typeof import('@opentelemetry/sdk-metrics');
type Resources = typeof import('@opentelemetry/resources');
type Prometheus = typeof import('@opentelemetry/exporter-prometheus');
type OtlpProto = typeof import('@opentelemetry/exporter-metrics-otlp-proto');
type OtlpHttp = typeof import('@opentelemetry/exporter-metrics-otlp-http');

const require = createRequire(import.meta.url);

const SDK = '@opentelemetry/sdk-metrics';
const RESOURCES = '@opentelemetry/resources';
const PROMETHEUS = '@opentelemetry/exporter-prometheus';
const PROTO = '@opentelemetry/exporter-metrics-otlp-proto';
const HTTP = '@opentelemetry/exporter-metrics-otlp-http';

/** The optional packages that the settings need. */
export interface Packages {
  readonly sdk: SdkMetrics;
  readonly resources: Resources;
  readonly prometheus: Prometheus | undefined;
  readonly otlp: OtlpProto | OtlpHttp | undefined;
}

/**
 * Loads what the settings need, when it is needed and not before.
 *
 * @returns `undefined` when the SDK itself is missing; an exporter that is
 * missing is `undefined` in the result. One line names what to install.
 */
export function loadPackages(
  settings: readonly ExporterSettings[],
): Packages | undefined {
  const missing = new Set<string>();
  const load = <Package>(name: string): Package | undefined =>
    tryLoad(name, () => missing.add(name));
  const sdk = load<SdkMetrics>(SDK);
  const resources = load<Resources>(RESOURCES);
  const prometheus = settings.some(({ kind }) => kind === 'prometheus')
    ? load<Prometheus>(PROMETHEUS)
    : undefined;
  const otlpSettings = settings.find(({ kind }) => kind === 'otlp');
  const otlp =
    otlpSettings?.kind === 'otlp'
      ? loadOtlp(otlpSettings.protocol, load)
      : undefined;
  if (missing.size > 0) {
    log.error(
      `metrics need packages that are missing: npm install ${[...missing].join(' ')}`,
    );
  }
  if (sdk === undefined || resources === undefined) return undefined;
  return { sdk, resources, prometheus, otlp };
}

function loadOtlp(
  protocol: string | undefined,
  load: <Package>(name: string) => Package | undefined,
): OtlpProto | OtlpHttp | undefined {
  if (protocol === 'http/json') return load<OtlpHttp>(HTTP);
  // No protocol asked for: either will do.
  const found =
    protocol === undefined
      ? (tryLoad<OtlpProto>(PROTO) ?? tryLoad<OtlpHttp>(HTTP))
      : undefined;
  return found ?? load<OtlpProto>(PROTO);
}

function tryLoad<Package>(
  name: string,
  onMissing?: () => void,
): Package | undefined {
  try {
    return require(name) as Package;
  } catch (error) {
    // Also when it is one that the package itself needs: the same mends it.
    if (isMissing(error)) onMissing?.();
    else log.error(`${name} cannot be loaded: ${String(error)}`);
    return undefined;
  }
}
