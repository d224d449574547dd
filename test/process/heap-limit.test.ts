import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';

const SOURCE = new URL('../../src/process/heap-limit.ts', import.meta.url).href;
const MB = 1_048_576;

async function readLimit(...flags: string[]): Promise<number> {
  const program = `import { readHeapLimit } from '${SOURCE}'; console.log(readHeapLimit());`;
  const { stdout } = await promisify(execFile)(
    process.execPath,
    [...flags, '--input-type=module', '-e', program],
    { env: { PATH: process.env['PATH'] } },
  );
  return Number(stdout);
}

test('the heap limit is that of the old generation, where it is set', async () => {
  expect(await readLimit('--max-old-space-size=128')).toBe(128 * MB);
  expect(await readLimit('--max_old_space_size=99')).toBe(99 * MB);
  expect(await readLimit()).toBeGreaterThan(128 * MB);
});
