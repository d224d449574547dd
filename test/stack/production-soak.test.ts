import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { printTable } from '../../scripts/packed/project.ts';
import { APPS } from '../../stack/parts.ts';
import { until } from '../support/poll.ts';
import {
  compressConfigs,
  PROMETHEUS_FLAGS,
} from './drills/support/compress-configs.ts';
import { APP_VARIABLES } from './drills/support/drill-stack.ts';
import { startCrowd } from './support/production-clients.ts';
import {
  type App,
  type ProductionStack,
  startProductionStack,
  untilReady,
} from './support/production-stack.ts';
import { query } from './support/prometheus-api.ts';

const CLIENTS = 2000;
const PROCESSES = 2;
const EVENTS_PER_SECOND = 3;
/** Before, between and after the restarts: five minutes, as rules are compressed. */
const CALM_SECONDS = 15;

let replicas: ProductionStack;
beforeAll(async () => {
  replicas = await startProductionStack(
    { ...APP_VARIABLES, LOG_LEVEL: 'info', DRAIN_SECONDS: '6' },
    { configure: compressConfigs, prometheusFlags: PROMETHEUS_FLAGS },
  );
}, 180_000);
afterAll(() => replicas?.[Symbol.asyncDispose](), 60_000);

/** Publishes until it is disposed of. */
function startPublishing() {
  let isOver = false;
  const publishing = (async () => {
    for (let count = 0; !isOver; ) {
      if (await replicas.publish(count)) count++;
      await delay(1000 / EVENTS_PER_SECOND);
    }
  })();
  return {
    async stop() {
      isOver = true;
      await publishing;
    },
  };
}

/** Restarts a replica as a deploy does. @returns a row of the table. */
async function restart(name: App): Promise<string[]> {
  const part = replicas.stack.part(name);
  const before = performance.now();
  await part.stop();
  const seconds = (performance.now() - before) / 1000;
  const line = part
    .output()
    .split('\n')
    .findLast((text) => text.includes('"msg":"drained"'));
  const { open, closed, cut, seconds: drained } = JSON.parse(line ?? '{}');
  await part.start();
  await untilReady(replicas.stack, name);
  const cells = [open, closed, cut, drained?.toFixed(1), seconds.toFixed(1)];
  return [name, ...cells.map(String)];
}

test('two thousand clients lose no event while every replica is restarted', async () => {
  const { eventsUrl, prometheusUrl } = replicas;
  await using crowd = await startCrowd(eventsUrl, CLIENTS, PROCESSES);
  const untilOpen = () =>
    until('all open', crowd.readStatus, ({ open }) => open === CLIENTS, 60_000);
  await untilOpen();
  const publishing = startPublishing();
  await delay(CALM_SECONDS * 1000);
  const rules = await fetch(`${prometheusUrl}/api/v1/rules?type=alert`);
  expect((await rules.text()).split('"alerts"').length).toBeGreaterThan(50);
  const rows: string[][] = [];
  for (const app of APPS) {
    rows.push(await restart(app));
    await untilOpen();
    await delay(CALM_SECONDS * 1000);
  }
  await publishing.stop();
  const { opens, gaveUp } = await crowd.readStatus();
  const ids = replicas.readIds();
  const result = await until(
    'the last event',
    () => crowd.compare(ids),
    ({ lost }) => lost === 0,
    15_000,
  ).catch(() => crowd.compare(ids));
  const alerts = await query(
    prometheusUrl,
    'max by (alertname, alertstate) (max_over_time(ALERTS[10m]))',
  );
  const list = (state: string) =>
    alerts
      .filter(({ labels }) => labels['alertstate'] === state)
      .map(({ labels }) => labels['alertname']);

  printTable(['replica', 'open', 'closed', 'cut', 'drain s', 'stop s'], rows);
  console.log(
    `\n${result.clients} clients, ${ids.length} events, ${result.events} received, ` +
      `${opens - CLIENTS} reconnects, ${result.lost} lost; ` +
      `pending alerts: ${list('pending').join(', ') || 'none'}`,
  );
  expect(result).toMatchObject({
    clients: CLIENTS,
    lost: 0,
    repeated: 0,
    moved: 0,
  });
  expect(gaveUp).toBe(0);
  expect(list('firing')).toEqual([]);
  for (const [, open, closed, cut] of rows) {
    expect(Number(open)).toBeGreaterThan(CLIENTS / 6);
    expect({ closed, cut }).toEqual({ closed: open, cut: '0' });
  }
}, 300_000);
