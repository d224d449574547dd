import { setTimeout as delay } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { until } from '../support/poll.ts';
import { get, startHttpApp } from './support/http-app.ts';
import { createSender, deliver } from './support/otlp-sender.ts';
import { type Pipeline, startPipeline } from './support/pipeline.ts';
import { watchStream } from './support/watched-stream.ts';

/** Retries go on for ever and the queue has room for hours: minutes are no worse. */
const OUTAGE_SECONDS = 30;

/** A page of which each event is one delta: nothing heals what is lost. */
function openPage({ url }: Pipeline) {
  const resource = { 'telemetry.sdk.language': 'webjs' };
  const send = createSender({ url, temporality: 'delta', resource });
  const name = 'sse.client.received.events';
  return () => deliver(send, { name, points: [{ value: 1 }] });
}

function startApp({ url }: Pipeline, service: string) {
  return startHttpApp({ service, hasViews: false, exportTo: url });
}

const RECEIVED = 'sum(sse_client_received_events_total)';
const closed = (service: string) =>
  `sum(sse_server_closed_connections_total{job="${service}"})`;

test('Prometheus is away: whatever was counted meanwhile is there afterwards', async () => {
  await using pipeline = await startPipeline();
  const sendEvent = openPage(pipeline);
  await using lasting = await startApp(pipeline, 'lasting');
  await get(`${lasting.url}/users/1/events?milliseconds=0`);
  await sendEvent();
  await pipeline.untilValue(closed('lasting'), 1);

  await pipeline.prometheus.stop();
  await using stream = await watchStream(
    `${lasting.url}/users/1/events?milliseconds=600000`,
  );
  const end = performance.now() + OUTAGE_SECONDS * 1000;
  // It starts, serves and ends while nobody is there to store it.
  {
    await using brief = await startApp(pipeline, 'brief');
    for (let sent = 0; sent < 4; sent++) {
      await get(`${brief.url}/users/1/events?milliseconds=100`);
    }
    await delay(1000);
  }
  let sent = 1;
  while (performance.now() < end) {
    await get(`${lasting.url}/users/1/events?milliseconds=0`);
    await sendEvent();
    sent += 1;
    await delay(1000);
  }
  await pipeline.prometheus.start();

  await pipeline.untilValue(closed('lasting'), sent);
  await pipeline.untilValue(closed('brief'), 4);
  await pipeline.untilValue(RECEIVED, sent);
  // Not only the last figures: those of the whole time.
  const gap =
    'max(max_over_time((time() - timestamp(sse_process_uptime_seconds{job="lasting"}))[1m:1s]))';
  expect(await pipeline.queryValue(gap)).toBeLessThan(5);
  expect(stream.isOpen()).toBe(true);
  expect(stream.longestGap()).toBeLessThan(3);
});

test('the Collector is killed: the application notices nothing, its totals are right', async () => {
  await using pipeline = await startPipeline();
  await using app = await startApp(pipeline, 'app');
  await using stream = await watchStream(
    `${app.url}/users/1/events?milliseconds=600000`,
  );
  await get(`${app.url}/users/1/events?milliseconds=0`);
  await pipeline.untilValue(closed('app'), 1);
  await pipeline.collector.kill();
  for (let sent = 1; sent < 10; sent++) {
    await get(`${app.url}/users/1/events?milliseconds=0`);
    await delay(300);
  }
  await pipeline.collector.start();
  await pipeline.untilValue(closed('app'), 10);
  expect(stream.isOpen()).toBe(true);
  expect(stream.longestGap()).toBeLessThan(3);
});

test('the Collector is stopped: what pages sent before is there', async () => {
  await using pipeline = await startPipeline();
  const sendEvent = openPage(pipeline);
  for (let sent = 0; sent < 10; sent++) await sendEvent();
  await pipeline.collector.stop();
  await pipeline.untilValue(RECEIVED, 10);
  await pipeline.collector.start();
  // It begins at 0, as Prometheus can tell.
  await sendEvent();
  await pipeline.untilValue(RECEIVED, 1);
  expect(
    await pipeline.queryValue('resets(sse_client_received_events_total[5m])'),
  ).toBe(1);
});

test('with the queue on disk, what pages sent outlives a killed Collector', async () => {
  await using pipeline = await startPipeline({
    overlays: ['otel-collector/persistent-queue.yaml'],
  });
  const sendEvent = openPage(pipeline);
  await pipeline.prometheus.stop();
  for (let sent = 0; sent < 10; sent++) await sendEvent();
  // One that the exporter tries to send, and one that waits.
  await until(
    'the queue',
    () => readQueueSize(pipeline),
    (size) => size > 0,
    15_000,
  );
  await pipeline.collector.kill();
  await pipeline.collector.start();
  await pipeline.prometheus.start();
  await pipeline.untilValue(RECEIVED, 10);
});

async function readQueueSize({ metricsUrl }: Pipeline): Promise<number> {
  const text = await (await fetch(metricsUrl)).text();
  const line = /^otelcol_exporter_queue_size\{.*browsers.*\} (\S+)$/m.exec(
    text,
  );
  return Number(line?.[1] ?? 0);
}
