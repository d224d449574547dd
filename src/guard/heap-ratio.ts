import { getHeapSpaceStatistics } from 'node:v8';

/**
 * How much of the old generation is used: a process dies when that is full.
 *
 * @param limit - its bytes.
 */
export function readHeapRatio(limit: number): number {
  let used = 0;
  for (const { space_name, space_used_size } of getHeapSpaceStatistics()) {
    if (!space_name.startsWith('new_')) used += space_used_size;
  }
  return used / limit;
}
