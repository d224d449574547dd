import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { peakOf, runDrain } from '../guard/support/drain-run.ts';

/** As many as the server's process may have open, less what it needs besides. */
function countConnections(): number {
  const limits = readFileSync('/proc/self/limits', 'utf8');
  const most = Number(/^Max open files\s+(\d+)/m.exec(limits)?.[1] ?? 1024);
  return Math.min(10_000, most - 500);
}

test('10,000 clients of a drained server come back at never twice the even rate', async () => {
  const seconds = 40;
  const connections = countConnections();
  const { result, returns, broken } = await runDrain(
    connections,
    seconds,
    1000,
    5000,
  );
  expect(result).toMatchObject({ open: connections, cut: 0 });
  expect(returns).toHaveLength(connections);
  expect(broken).toBe(0);
  const peak = peakOf(returns, seconds, 1000);
  console.table([
    {
      connections,
      'seconds allowed': seconds,
      'seconds taken': Number(result.seconds.toFixed(1)),
      cut: result.cut,
      'busiest second ÷ even rate': Number(peak.toFixed(2)),
    },
  ]);
  expect(peak).toBeLessThan(2);
}, 240_000);
