import { getHeapStatistics } from 'node:v8';
import { readHeapLimit } from './heap-limit.ts';

/** CPU seconds and bytes of memory of this process. */
export interface UsageReading {
  readonly cpuUser: number;
  readonly cpuSystem: number;
  /** `undefined` without a free file descriptor. */
  readonly memoryRss: number | undefined;
  readonly heapUsed: number;
  readonly heapTotal: number;
  readonly heapLimit: number;
  readonly external: number;
  readonly arrayBuffers: number | undefined;
}

/** What the process has used until now. Never throws. */
export function readUsage(): UsageReading {
  const cpu = process.cpuUsage();
  const heap = getHeapStatistics();
  return {
    cpuUser: cpu.user / 1e6,
    cpuSystem: cpu.system / 1e6,
    heapUsed: heap.used_heap_size,
    heapTotal: heap.total_heap_size,
    heapLimit: readHeapLimit(),
    external: heap.external_memory,
    ...readMemory(),
  };
}

/**
 * Node opens a file to read the resident memory, and throws when descriptors are used
 * up: then of all times the other figures must be told.
 */
function readMemory(): Pick<UsageReading, 'memoryRss' | 'arrayBuffers'> {
  try {
    const { rss, arrayBuffers } = process.memoryUsage();
    return { memoryRss: rss, arrayBuffers };
  } catch {
    return { memoryRss: undefined, arrayBuffers: undefined };
  }
}
