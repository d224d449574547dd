import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';

const PROGRAM = fileURLToPath(
  new URL('programs/use-up-descriptors.mjs', import.meta.url),
);
const LIMIT = 100;

interface Figures {
  readonly count?: number;
  readonly limit?: number;
  readonly heapUsed?: number;
  readonly memoryRss?: number;
}

test('a process without a free descriptor still reports', async () => {
  // A process cannot lower its own limit.
  const script = `ulimit -n ${LIMIT}; exec "$@"`;
  const { stdout } = await promisify(execFile)('sh', [
    ...['-c', script, 'sh'],
    ...[process.execPath, PROGRAM],
  ]);
  const { reason, before, after } = JSON.parse(stdout) as {
    readonly reason: string;
    readonly before: Figures;
    readonly after: Figures;
  };
  expect(reason).toBe('EMFILE');
  expect(before.memoryRss).toBeGreaterThan(0);
  expect(after.heapUsed).toBeGreaterThan(0);
  expect(after.count).toBeGreaterThanOrEqual(LIMIT);
  expect(after.count).toBeGreaterThan(before.count ?? 0);
  expect(after.limit).toBe(LIMIT);
});
