import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { REGISTER, startChild } from './support/child.ts';

const NAME = 'opentelemetry-instrumentation-sse:';
const PRETEND = fileURLToPath(new URL('./apps/pretend.cjs', import.meta.url));

// The runtimes themselves are not at hand: a preload changes what they are known
// by.
const RUNTIMES = {
  'bun=1.3.0': 'measures Node.js only: it does nothing under Bun',
  'deno=2.5.0': 'measures Node.js only: it does nothing under Deno',
  'node=22.14.0':
    'needs Node.js 22.15 or later, this is 22.14.0: it does nothing',
};

for (const [version, line] of Object.entries(RUNTIMES)) {
  for (const flag of ['--import', '--require']) {
    test.concurrent(`says in one line, by ${flag}, that it does nothing where ${version}`, async () => {
      await using child = startChild('server.mjs', {
        flags: ['--require', PRETEND, flag, REGISTER],
        // Not even this is looked at.
        env: { PRETEND: version, OTEL_SSE_MAX_ROUTES: 'many' },
      });
      await child.ask('/once');
      await child.ask('/leave');
      expect(await child.ended).toBe(0);
      expect(child.stderr()).toBe(`${NAME} ${line}\n`);
    });
  }
}
