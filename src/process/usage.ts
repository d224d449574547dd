import { getHeapStatistics } from 'node:v8';

/** CPU seconds and bytes of memory of this process. */
export interface UsageReading {
  readonly cpuUser: number;
  readonly cpuSystem: number;
  readonly memoryRss: number;
  readonly heapUsed: number;
  readonly heapTotal: number;
  readonly heapLimit: number;
  readonly external: number;
  readonly arrayBuffers: number;
}

/** What the process has used until now. */
export function readUsage(): UsageReading {
  const cpu = process.cpuUsage();
  const memory = process.memoryUsage();
  return {
    cpuUser: cpu.user / 1e6,
    cpuSystem: cpu.system / 1e6,
    memoryRss: memory.rss,
    heapUsed: memory.heapUsed,
    heapTotal: memory.heapTotal,
    heapLimit: getHeapStatistics().heap_size_limit,
    external: memory.external,
    arrayBuffers: memory.arrayBuffers,
  };
}
