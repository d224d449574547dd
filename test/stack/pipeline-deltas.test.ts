import { setTimeout as delay } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { createSender, deliver, type Figures } from './support/otlp-sender.ts';
import { type Pipeline, startPipeline } from './support/pipeline.ts';

const BROWSER = { 'telemetry.sdk.language': 'webjs' };
const TOTAL = 'sum(sse_client_received_events_total)';

function countEvents(value: number): Figures {
  return { name: 'sse.client.received.events', points: [{ value }] };
}

/** A page whose clock is ahead, or behind. */
function openPage({ url }: Pipeline, clockOffsetMs = 0) {
  const options = { temporality: 'delta', resource: BROWSER } as const;
  return createSender({ url, clockOffsetMs, ...options });
}

test('pages whose clocks differ by a minute lose no event', async () => {
  await using pipeline = await startPipeline();
  const pages = [openPage(pipeline, 60_000), openPage(pipeline, -1000)];
  const rounds = 12;
  for (let round = 0; round < rounds; round++) {
    for (const send of pages) await deliver(send, countEvents(1));
    // As pages do: not all in one batch.
    await delay(500);
  }
  await pipeline.untilValue(TOTAL, rounds * pages.length);
  // What came first counts too, in a series that nobody had before.
  const first = 'min_over_time(sse_client_received_events_total[5m])';
  expect(await pipeline.queryValue(first)).toBe(0);
});

test('a hundred pages that send at once lose no event, and are one series', async () => {
  await using pipeline = await startPipeline();
  const pages = Array.from({ length: 100 }, (_, index) =>
    openPage(pipeline, (index - 50) * 1000),
  );
  for (let round = 0; round < 3; round++) {
    await Promise.all(pages.map((send) => deliver(send, countEvents(1))));
  }
  await pipeline.untilValue(TOTAL, 300);
  const series = await pipeline.query('sse_client_received_events_total');
  expect(series.map(({ labels }) => labels['instance'])).toEqual([
    'otel-collector',
  ]);
});

test('a page that sends totals spoils nothing', async () => {
  await using pipeline = await startPipeline();
  const { url } = pipeline;
  const totals = { url, temporality: 'cumulative', resource: BROWSER } as const;
  await deliver(createSender(totals), countEvents(1000));
  await deliver(openPage(pipeline), countEvents(5));
  await pipeline.untilValue(TOTAL, 5);
});

test('the first value of a counter counts, and a level was never 0', async () => {
  await using pipeline = await startPipeline();
  const send = createSender({
    url: pipeline.url,
    temporality: 'cumulative',
    resource: { 'service.instance.id': 'a' },
  });
  const points = [{ value: 500 }];
  await deliver(
    send,
    { name: 'opened', points },
    { name: 'memory', points, isLevel: true },
  );
  await pipeline.untilValue('opened_total', 500);
  expect(
    await pipeline.queryValue('increase(opened_total[5m])'),
  ).toBeGreaterThan(499);
  expect(await pipeline.queryValue('min_over_time(memory[5m])')).toBe(500);
});
