import { EventSource } from 'eventsource';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { APPS } from '../../stack/parts.ts';
import { createToken } from '../examples/support/production.ts';
import { until } from '../support/poll.ts';
import { readDashboards, readScrapeSeconds } from './support/dashboards.ts';
import { interpolate } from './support/interpolation.ts';
import {
  PRODUCTION_JOB,
  type ProductionStack,
  startProductionStack,
  untilReady,
} from './support/production-stack.ts';
import { query } from './support/prometheus-api.ts';

const CLIENTS = 30;
const SETTLED = 60_000;

let replicas: ProductionStack;
beforeAll(async () => {
  replicas = await startProductionStack();
}, 180_000);
afterAll(() => replicas?.[Symbol.asyncDispose](), 60_000);

/** A client as a browser is one, and the ids that it got. */
async function openClient(url: string) {
  const Authorization = `Bearer ${createToken()}`;
  const source = new EventSource(url, {
    fetch: (input, init) =>
      fetch(input, { ...init, headers: { ...init.headers, Authorization } }),
  });
  const ids: string[] = [];
  let opens = 0;
  source.addEventListener('open', () => opens++);
  source.addEventListener('test', ({ lastEventId }) => ids.push(lastEventId));
  return {
    ids,
    opens: () => opens,
    [Symbol.dispose]: () => source.close(),
  };
}

async function openClients(count: number) {
  const opening = Array.from({ length: count }, () =>
    openClient(replicas.eventsUrl),
  );
  const all = await Promise.all(opening);
  return {
    all,
    [Symbol.dispose]() {
      for (const client of all) client[Symbol.dispose]();
    },
  };
}

/** Asks what a panel asks, of all that this job has. */
async function askPanel(uid: string, title: string, refId = 'A') {
  const dashboard = readDashboards().find((one) => one.uid === uid);
  const panel = dashboard?.panels.find((one) => one.title === title);
  const target = panel?.targets.find((one) => one.refId === refId);
  if (target === undefined) throw new Error(`no panel ${title}`);
  const variables = new Map([
    ['job', PRODUCTION_JOB],
    ['instance', '.*'],
    ['route', '.*'],
  ]);
  const choice = {
    variables,
    rangeSeconds: 900,
    scrapeSeconds: readScrapeSeconds(),
  };
  return query(replicas.prometheusUrl, interpolate(target.expr, choice));
}

/** Open streams by instance, as the dashboard shows them. */
async function readStreams(): Promise<Record<string, number>> {
  const samples = await askPanel('sse-connections', 'Streams per instance');
  return Object.fromEntries(
    samples.map(({ labels, value }) => [labels['instance'] ?? '', value]),
  );
}

const sum = (values: Record<string, number>) =>
  Object.values(values).reduce((total, value) => total + value, 0);

test('when a replica is killed its clients resume elsewhere and miss no event', async () => {
  using clients = await openClients(CLIENTS);
  const { all } = clients;
  await until('all open', () => all.every((client) => client.opens() === 1));
  const spread = await until(
    'the dashboard shows them on all replicas',
    readStreams,
    (streams) =>
      sum(streams) === CLIENTS &&
      Object.values(streams).filter((count) => count > 5).length === 3,
    SETTLED,
  );

  let published = 0;
  const publish = async (count: number) => {
    for (const end = published + count; published < end; ) {
      if (await replicas.publish(published)) published++;
    }
  };
  await publish(20);
  // From an id on, nothing is missed.
  await until('each has an id', () => all.every(({ ids }) => ids.length > 0));
  await Promise.all([
    replicas.stack.part('app-2').kill(),
    // Meanwhile, and while they are on their way.
    publish(100),
  ]);
  await until(
    'all open again',
    () => all.reduce((total, client) => total + client.opens(), 0),
    (opens) => opens === CLIENTS + (spread['app-2'] ?? 0),
  );
  await publish(10);
  // An answer may be lost with the replica that took the event.
  const expected = replicas.readIds();
  expect(expected.length).toBeGreaterThanOrEqual(130);
  await until(
    'all events',
    () => all.map(({ ids }) => expected.length - ids.length),
    (missing) => missing.every((count) => count <= 0),
  );
  for (const { ids } of all) expect(ids).toEqual(expected);

  // It stands for three minutes, until its series are old.
  await until(
    'the dashboard shows them on the others',
    readStreams,
    (streams) => sum({ ...streams, 'app-2': 0 }) === CLIENTS,
    SETTLED,
  );
  const resumes = await until(
    'the dashboard shows the resumes',
    () => askPanel('sse-connections', 'Resumed share', 'B'),
    (samples) => samples.some(({ value }) => value > 0),
    SETTLED,
  );
  const byResult = resumes.map(({ labels, value }) => [
    labels['sse_resume_result'],
    value,
  ]);
  expect(Object.fromEntries(byResult)).toEqual({
    complete: 1,
    partial: 0,
    none: 0,
  });
  await replicas.stack.part('app-2').start();
  await untilReady(replicas.stack, 'app-2');
  using _next = await openClients(1);
  await until(
    'the dashboard shows the next one on the replica that is back',
    readStreams,
    (streams) => streams['app-2'] === 1 && sum(streams) === CLIENTS + 1,
    SETTLED,
  );
}, 240_000);

test('clients come back that no replica took', async () => {
  using clients = await openClients(5);
  const [client] = clients.all;
  await until('open', () => clients.all.every(({ opens }) => opens() === 1));
  // From an id on, nothing is missed.
  await replicas.publish('before');
  await until('it', () => clients.all.every(({ ids }) => ids.length === 1));
  await Promise.all(APPS.map((app) => replicas.stack.part(app).kill()));
  const headers = { Accept: 'text/event-stream' };
  const response = await fetch(replicas.eventsUrl, { headers });
  expect(response.status).toBe(200);
  expect(await response.text()).toMatch(/^retry: [2-5]000\n\n$/);
  // Others are told as it is.
  expect((await fetch(replicas.eventsUrl)).status).toBe(503);
  await until('they tried', () => (client?.opens() ?? 0) > 1);
  await Promise.all(APPS.map((app) => replicas.stack.part(app).start()));
  await Promise.all(APPS.map((app) => untilReady(replicas.stack, app)));
  await replicas.publish('back');
  const last = replicas.readIds().at(-1);
  await until(
    'all are back',
    () => clients.all.every(({ ids }) => ids.at(-1) === last),
    Boolean,
    20_000,
  );
}, 120_000);
