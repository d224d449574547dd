import cluster from 'node:cluster';
import { hostname } from 'node:os';
import { isMainThread, threadId } from 'node:worker_threads';
import type { Resource } from '@opentelemetry/resources';
import type { Packages } from './packages.ts';
import { complain, readVariable } from './variables.ts';

/** `OTEL_SERVICE_NAME`, `OTEL_RESOURCE_ATTRIBUTES`, instance id and host. */
export function detectResource({ resources }: Packages): Resource {
  const { envDetector, serviceInstanceIdDetector } = resources;
  checkAttributes();
  // The host detector's id comes late, and every scrape complains until then.
  const host = resources.resourceFromAttributes({ 'host.name': hostname() });
  const detected = resources.detectResources({
    detectors: [serviceInstanceIdDetector, envDetector],
  });
  const given = resources.defaultResource().merge(host).merge(detected);
  const id = nameWorker(given.attributes[INSTANCE]);
  return id === undefined
    ? given
    : given.merge(resources.resourceFromAttributes({ [INSTANCE]: id }));
}

const INSTANCE = 'service.instance.id';

/**
 * Workers inherit the variables: with one id for all, the figures of one would
 * overwrite those of the others.
 */
function nameWorker(inherited: unknown): string | undefined {
  const isGiven = readVariable('OTEL_RESOURCE_ATTRIBUTES')?.includes(INSTANCE);
  if (isGiven !== true || typeof inherited !== 'string') return undefined;
  if (!isMainThread) return `${inherited}/${process.pid}.${threadId}`;
  return cluster.isWorker ? `${inherited}/${process.pid}` : undefined;
}

/** The SDK drops them all, in silence, when one of them is bad. */
function checkAttributes(): void {
  const name = 'OTEL_RESOURCE_ATTRIBUTES';
  const text = readVariable(name);
  if (text === undefined) return;
  const isGood = text
    .split(',')
    .every((entry) => /^\s*([^\s=][^=]*=[^=]*)?$/.test(entry));
  if (isGood && canDecode(text)) return;
  complain(name, text, 'key=value with commas, percent-encoded', 'none of it');
}

function canDecode(text: string): boolean {
  try {
    decodeURIComponent(text);
    return true;
  } catch {
    return false;
  }
}
