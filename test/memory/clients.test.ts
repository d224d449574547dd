import { expect, test } from 'vitest';
import { SseClientInstrumentation } from '../../src/client/node.ts';
import { STREAM } from '../support/measured-server.ts';
import { createMetrics } from '../support/metric-reader.ts';
import { startServer } from '../support/sse-server.ts';

const WARM_UP = 2_000;
const STREAMS = 5_000;
const AT_ONCE = 20;

test('of 5,000 streams that were received, all different, nothing is kept', async () => {
  const metrics = createMetrics();
  const instrumentation = new SseClientInstrumentation({ enabled: false });
  instrumentation.setMeterProvider(metrics.provider);
  instrumentation.enable();
  await using server = await startServer((request, response) => {
    const name = String(request.url).slice(1);
    response.writeHead(200, STREAM);
    response.write(`event: ${name}\nid: ${name}\ndata: ${name}\n\n`);
    // Every second one is lost, and nobody comes back for it.
    if (name.endsWith('b')) setImmediate(() => response.destroy());
    else response.end();
  });
  const receive = async (from: number, to: number): Promise<void> => {
    for (let i = from; i < to; i += AT_ONCE) {
      const all = Array.from({ length: AT_ONCE }, async (_, k) => {
        const path = `${i + k}${k % 2 === 0 ? 'a' : 'b'}`;
        const response = await fetch(`${server.url}/${path}`);
        await response.text().catch(() => {});
      });
      await Promise.all(all.map((one) => one.catch(() => {})));
    }
  };
  await receive(0, WARM_UP);
  const early = await countPoints(metrics);
  const heapEarly = readHeap();
  await receive(WARM_UP, STREAMS);
  expect(await metrics.sum('sse.client.opened_connections')).toBeGreaterThan(
    STREAMS / 2,
  );
  expect(await metrics.sum('sse.client.active_connections')).toBe(0);
  expect(await countPoints(metrics)).toBe(early);
  const grown = (readHeap() - heapEarly) / 2 ** 20;
  expect(grown).toBeLessThan(1.5);
  instrumentation.disable();
  await metrics.provider.shutdown();
});

async function countPoints(
  metrics: ReturnType<typeof createMetrics>,
): Promise<number> {
  const all = await metrics.collect();
  return [...all.values()].reduce((sum, points) => sum + points.length, 0);
}

function readHeap(): number {
  globalThis.gc?.();
  globalThis.gc?.();
  return process.memoryUsage().heapUsed;
}
