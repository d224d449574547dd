import { setTimeout as delay } from 'node:timers/promises';
import { findFreePort } from '../../test/support/ports.ts';
import { EXPORTED, HOOK, Program } from '../processes.ts';
import { type Clients, startClients, type Target } from './clients.ts';
import { planSoak, type SoakOptions, type SoakPlan } from './plan.ts';
import type {
  ClientCounts,
  Rest,
  Sample,
  SoakRecord,
  Usage,
} from './record.ts';
import { scrape, scrapeDuring } from './scrape.ts';

/** Where it rests, all connections open: parts of what is turned over. */
const RESTS = [0.1, 0.25, 0.5, 0.625, 0.75, 0.875, 1];
/** Has some of each kind. */
const WARM_UP = 128;
/** Opened, or turned over, before anything else is looked at. */
const ROUND = 2000;
const SETTLE_MS = 15_000;

/** What people see while they wait. */
export interface SoakEvents {
  onPlan(plan: SoakPlan, limit: number): void;
  onRound(sample: Sample | undefined, counts: ClientCounts): void;
}

/**
 * Opens and closes streams of a server that has the package as users have it.
 *
 * @throws Error when it is stuck, or the machine is too small.
 */
export async function runSoak(
  options: SoakOptions,
  { onPlan, onRound }: SoakEvents,
): Promise<SoakRecord> {
  if (process.platform !== 'linux') {
    throw new Error(`The soak reads /proc, which ${process.platform} has not`);
  }
  const port = await findFreePort();
  await using server = new Program('soak-server.mjs', HOOK, {
    ...EXPORTED,
    OTEL_EXPORTER_PROMETHEUS_PORT: String(port),
  });
  const limit = await server.started<number>();
  const plan = planSoak(options, limit);
  onPlan(plan, limit);
  const { connections, total, addresses } = plan;
  const targets = await server.ask<Target[]>('listen', { addresses });
  await using clients = await startClients(plan, targets);
  const startedAt = performance.now();

  const samples: Sample[] = [];
  let counts: ClientCounts = { opened: 0, open: 0, completed: 0, left: 0 };
  /** Rounds of so many, scraped meanwhile, until `isDone`. */
  const work = (
    doRound: (clients: Clients) => Promise<ClientCounts>,
    isDone: () => boolean,
  ) =>
    scrapeDuring(
      port,
      (sample) => samples.push(sample),
      async () => {
        do {
          counts = await doRound(clients);
          onRound(samples.at(-1), counts);
          const ms = performance.now() - startedAt;
          if (ms > plan.limitMs) throw tooSlow(counts, plan, ms);
        } while (!isDone());
      },
    );
  const rest = async (base?: number): Promise<Rest> => {
    const sample = await settle(port, counts, base);
    return { clients: counts, sample, usage: await server.ask<Usage>('usage') };
  };

  await untilScraped(port);
  const idle = await rest();
  const base = idle.sample.descriptors;
  counts = await clients.open(WARM_UP);
  // So large that each route has blocked once: its histogram is there from now on.
  await server.ask('broadcast', { size: 100_000 });
  counts = await clients.close();
  const warm = await rest(base);
  await work(
    ({ open }) => open(Math.min(ROUND, connections - counts.open)),
    () => counts.open >= connections,
  );
  const plateaus = [await rest(base)];
  const { opened } = counts;
  await server.ask('collections');
  for (const part of RESTS) {
    const goal = opened + Math.round((total - opened) * part);
    await work(
      ({ turnOver }) =>
        turnOver(Math.min(ROUND, connections, goal - counts.opened)),
      () => counts.opened >= goal,
    );
    plateaus.push(await rest(base));
  }
  const collections = await server.ask<number[]>('collections');
  await work(
    ({ close }) => close(),
    () => true,
  );
  const end = await rest(base);
  return {
    plan,
    idle,
    warm,
    plateaus,
    end,
    samples,
    collections,
    seconds: (performance.now() - startedAt) / 1000,
  };
}

/** The endpoint starts when the server listens, and takes a moment. */
async function untilScraped(port: number): Promise<void> {
  const deadline = performance.now() + SETTLE_MS;
  for (;;) {
    try {
      await scrape(port);
      return;
    } catch (error) {
      if (performance.now() > deadline) throw error;
      await delay(20);
    }
  }
}

/**
 * Scrapes until the server has seen what the clients did; what it says after the
 * deadline is for the judge.
 */
async function settle(
  port: number,
  { open }: ClientCounts,
  base: number | undefined,
): Promise<Sample> {
  const deadline = performance.now() + SETTLE_MS;
  for (;;) {
    const sample = await scrape(port);
    const isSettled =
      sample.active === open &&
      (base === undefined || sample.descriptors === base + open);
    if (isSettled || performance.now() > deadline) return sample;
    await delay(100);
  }
}

function tooSlow({ opened }: ClientCounts, plan: SoakPlan, ms: number): Error {
  const seconds = (ms / 1000).toFixed(0);
  return new Error(
    `${opened} of ${plan.total} connections in ${seconds} s: ask for a smaller --total`,
  );
}
