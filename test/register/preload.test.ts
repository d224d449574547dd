import { expect, test } from 'vitest';
import { REGISTER, startChild } from './support/child.ts';
import { FREE_PORT, scrape } from './support/scrape.ts';

const DOORS = [
  ['--import', ['--import', REGISTER], {}],
  ['--require', ['--require', REGISTER], {}],
  ['--import and --require', ['--import', REGISTER, '--require', REGISTER], {}],
  ['NODE_OPTIONS', [], { NODE_OPTIONS: `--import ${REGISTER}` }],
  [
    'NODE_OPTIONS and --require',
    ['--require', REGISTER],
    { NODE_OPTIONS: `--import ${REGISTER}` },
  ],
] as const;

for (const [door, flags, env] of DOORS) {
  for (const program of ['server.mjs', 'server.cjs']) {
    test.concurrent(`measures ${program} by ${door}, once`, async () => {
      await using child = startChild(program, {
        flags,
        env: { ...FREE_PORT, ...env },
      });
      await child.ask('/once');
      const metrics = await scrape(child);
      expect(metrics.sum('sse_server_sent_events_total')).toBe(1);
      expect(metrics.sum('sse_server_opened_connections_total')).toBe(1);
      expect(metrics.sum('sse_server_closed_connections_total')).toBe(1);
      await child.stop();
      expect(child.stderr().trim().split('\n')).toHaveLength(1);
    });
  }
}
