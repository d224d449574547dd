import { expect, test } from 'vitest';
import { listPrograms, runExit } from './children.ts';

// A program that ends its process, in a bare Node and in one that is
// instrumented: same code or signal, output, and bytes for the client.

for (const name of await listPrograms('exits')) {
  test(`both processes end alike: ${name}`, async () => {
    const [bare, instrumented] = await Promise.all([
      runExit(name, false),
      runExit(name, true),
    ]);
    expect(bare.signal).not.toBe('SIGKILL');
    expect(instrumented).toEqual(bare);
  });
}
