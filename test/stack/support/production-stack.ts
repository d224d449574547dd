/** Three replicas of examples/production behind nginx, with Redis as their source. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse, stringify } from 'yaml';

import { APPS } from '../../../stack/parts.ts';
import { installProduction } from '../../../stack/production-package.ts';
import {
  type Stack,
  type StackOptions,
  startStack,
} from '../../../stack/stack.ts';
import { createToken, SECRET } from '../../examples/support/production.ts';
import { until } from '../../support/poll.ts';
import { type RedisStore, startRedis } from './production-sources.ts';

export type App = (typeof APPS)[number];

/** `service.namespace` and `service.name`, as Prometheus joins them. */
export const PRODUCTION_JOB = 'sse/production';

export interface ProductionStack extends AsyncDisposable {
  readonly stack: Stack;
  readonly redis: RedisStore;
  readonly prometheusUrl: string;
  readonly eventsUrl: string;
  /** Publishes through nginx. @returns whether a replica took it. */
  publish(data: unknown): Promise<boolean>;
  /** Ids of all events, in order. */
  readIds(): string[];
}

/**
 * @param env - added to the variables of each replica.
 * @param pace - of Prometheus and the rules; by itself a second between two looks.
 */
export async function startProductionStack(
  env: Readonly<Record<string, string>> = {},
  pace: Pick<StackOptions, 'configure' | 'prometheusFlags'> = {
    configure: hurry,
  },
): Promise<ProductionStack> {
  const installed = installProduction();
  const redis = await startRedis();
  const deaths: Error[] = [];
  const stop = async (stack?: Stack) => {
    await stack?.[Symbol.asyncDispose]();
    await redis[Symbol.asyncDispose]();
    installed[Symbol.dispose]();
  };
  const starting = startStack({
    hasLoad: false,
    onDeath: (error) => deaths.push(error),
    ...pace,
    app: {
      service: 'production',
      program: join(installed.folder, 'server.js'),
      cwd: installed.folder,
      exportIntervalMs: 1000,
      env: {
        AUTH: 'token',
        AUTH_SECRET: SECRET,
        // Every event is one of the test's.
        DEMO_EVENTS_PER_SECOND: '0',
        // Of a machine that has much else to do.
        MAX_EVENT_LOOP_DELAY_SECONDS: '60',
        REDIS_URL: redis.url,
        RETRY_SECONDS: '1',
        // nginx asks the next replica: its clients see no refusal.
        REFUSAL: 'status',
        TRUST_PROXY: '1',
        OTEL_SSE_TRUST_PROXY: '1',
        ...env,
      },
    },
  });
  const stack = await starting.catch(async (error) => {
    await stop();
    throw error;
  });
  await Promise.all(APPS.map((app) => untilReady(stack, app)));
  const eventsUrl = `${stack.urlOf('nginx:8080')}/events`;
  const token = createToken(3600, { publish: true });
  return {
    stack,
    redis,
    eventsUrl,
    prometheusUrl: stack.urlOf('prometheus:9090'),
    async publish(data) {
      const response = await fetch(eventsUrl, {
        method: 'POST',
        headers: {
          Authorization: `Bearer ${token}`,
          'Content-Type': 'application/json',
        },
        body: JSON.stringify({ type: 'test', data }),
      }).catch(() => undefined);
      await response?.arrayBuffer();
      return response?.status === 202;
    },
    readIds: () =>
      redis
        .run('xrange sse:events - +')
        .split('\n')
        .filter((line) => /^\d+-\d+$/.test(line)),
    async [Symbol.asyncDispose]() {
      await stop(stack);
      if (deaths[0] !== undefined) throw deaths[0];
    },
  };
}

/** A replica is healthy before it has its source, and refuses until then. */
export async function untilReady(stack: Stack, app: App): Promise<void> {
  const url = `${stack.urlOf(`${app}:8080`)}/ready`;
  const ask = async () => (await fetch(url)).status;
  await until(`${app} is ready`, ask, (status) => status === 200);
}

/** Makes Prometheus scrape and evaluate once a second. */
function hurry(folder: string): void {
  const path = join(folder, 'prometheus', 'prometheus.yaml');
  const config = parse(readFileSync(path, 'utf8'));
  for (const key of [
    'scrape_interval',
    'scrape_timeout',
    'evaluation_interval',
  ]) {
    config.global[key] = '1s';
  }
  writeFileSync(path, stringify(config));
}
