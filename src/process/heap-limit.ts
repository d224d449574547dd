import { getHeapStatistics } from 'node:v8';
import { resourceLimits } from 'node:worker_threads';

const MB = 1_048_576;
const FLAG = /--max[-_]old[-_]space[-_]size[= ](\d+)/g;

let limit: number | undefined;

/**
 * Bytes of heap that a process, or a worker, dies of: those of the old generation,
 * where they are told. V8's `heap_size_limit` has the young one in it, which makes
 * 320 MB of `--max-old-space-size=128`.
 */
export function readHeapLimit(): number {
  limit ??= findLimit();
  return limit;
}

function findLimit(): number {
  const ofWorker = resourceLimits?.maxOldGenerationSizeMb;
  if (ofWorker) return ofWorker * MB;
  const { execArgv, env } = process;
  const flags = [env['NODE_OPTIONS'] ?? '', ...execArgv].join(' ');
  const given = [...flags.matchAll(FLAG)].at(-1)?.[1];
  if (given !== undefined) return Number(given) * MB;
  // Without the flag V8 makes the young one small beside the old one.
  return getHeapStatistics().heap_size_limit;
}
