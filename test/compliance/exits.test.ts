import { expect, test } from 'vitest';
import { listPrograms, runExit } from './children.ts';

// A program that ends its process, in a bare Node and in one that is
// instrumented: same code or signal, output, and bytes for the client.

for (const room of ['exits', 'http2-exits'] as const) {
  for (const name of await listPrograms(room)) {
    test(`${room}: both processes end alike: ${name}`, async () => {
      const [bare, instrumented] = await Promise.all([
        runExit(room, name, false),
        runExit(room, name, true),
      ]);
      expect(bare.signal).not.toBe('SIGKILL');
      expect(instrumented).toEqual(bare);
    });
  }
}
