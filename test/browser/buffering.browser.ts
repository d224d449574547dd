import { setInterval as every } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { STREAM } from '../support/measured-server.ts';
import { openMeasuredPage } from './support/measured-page.ts';
import { startNginx } from './support/nginx.ts';

const EVENTS = 100;
/** Sixteen of them fill a buffer of nginx. */
const EVENT = `data: ${'x'.repeat(248)}\n\n`;
const INTERVAL_MS = 20;

/** Shares of the intervals: at most 5 ms, and above 100 ms. */
interface Shares {
  readonly atOnce: number;
  readonly late: number;
}

for (const [how, expected] of [
  ['buffered', true],
  ['unbuffered', false],
] as const) {
  test(`the intervals between events say whether nginx buffers: ${how}`, async () => {
    await using page = await openMeasuredPage(async (_request, response) => {
      response.writeHead(200, {
        ...STREAM,
        'Access-Control-Allow-Origin': '*',
      });
      let left = EVENTS;
      for await (const _ of every(INTERVAL_MS)) {
        response.write(EVENT);
        if (--left === 0) break;
      }
    });
    await using nginx = await startNginx(page.server.port);
    const shares = await page.run<Shares>(`new Promise((resolve) => {
      let left = ${EVENTS * 0.8};
      const es = new EventSource('${nginx[how]}');
      es.onmessage = () => { if (--left === 0) resolve(); };
    }).then(() => metrics.collect()).then((all) => {
      const [{ value }] = all.get('sse.client.event.interval');
      const { boundaries, counts } = value.buckets;
      const above = (edge) => counts.slice(boundaries.indexOf(edge) + 1)
        .reduce((sum, count) => sum + count, 0) / value.count;
      return { atOnce: 1 - above(0.005), late: above(0.1) };
    })`);
    // A server interval of 20 ms: in bursts it is nothing, or very long.
    expect(shares.atOnce > 0.5 && shares.late > 0.01).toBe(expected);
  });
}
