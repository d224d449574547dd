import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { REGISTER, ROOT } from '../../../../scripts/packed/project.ts';
import type { Part, PartOptions } from '../../../../stack/part.ts';
import { APPS } from '../../../../stack/parts.ts';
import { findQuietPorts } from '../../../../stack/ports.ts';
import type { Stack } from '../../../../stack/stack.ts';
import { until } from '../../../support/poll.ts';
import { query } from '../../support/prometheus-api.ts';
import type { AppOptions, Drill, DrillApp, DrillStage } from './drill.ts';
import { APP_FLAGS, APP_VARIABLES, findProgram } from './drill-stack.ts';
import { divideDuration, INTERVAL_MS, parseDuration } from './pace.ts';

const ANSWERED_WITHIN_MS = 120_000;

/** A stage, and what the engine does with it. */
export interface ManagedStage extends DrillStage {
  /** When the fault began: milliseconds since the epoch. */
  faultAt(): number | undefined;
  /** Aborts the signal and undoes everything. */
  end(): Promise<void>;
}

/** Builds the stage of a drill. */
export function createStage(drill: Drill, stack: Stack): ManagedStage {
  const over = new AbortController();
  const undos: (() => unknown)[] = [];
  const url = stack.urlOf('prometheus:9090');
  let faultAt: number | undefined;

  async function add(options: PartOptions): Promise<Part> {
    const name = `${drill.name}/${options.name}`;
    await stack.add({ ...options, name });
    const part = stack.part(name);
    undos.push(() => part.stop());
    return part;
  }

  async function startApp(options: AppOptions): Promise<DrillApp> {
    const [port = 0] = await findQuietPorts(1);
    const app = await add(describeApp(drill, options, port, stack));
    return { ...app, url: `http://127.0.0.1:${port}` };
  }

  const toMilliseconds = (span: string) => parseDuration(divideDuration(span));

  return {
    job: `sse/${drill.name}`,
    signal: over.signal,
    startApp,
    startPart: async (options) => void (await add(options)),
    fleet() {
      if (drill.fleet === undefined) throw new Error('not its fleet');
      const instances = APPS.map((name) => ({
        ...stack.part(name),
        url: stack.urlOf(`${name}:8080`),
      }));
      return { url: stack.urlOf('nginx:8080'), instances };
    },
    part: (name) => stack.part(name),
    defer: (undo) => void undos.push(undo),
    faultBegins() {
      if (faultAt !== undefined) throw new Error('the fault began before');
      faultAt = Date.now();
    },
    toMilliseconds,
    async pass(span) {
      const { signal } = over;
      const passed = delay(toMilliseconds(span), undefined, { signal });
      await passed.catch(() => undefined);
    },
    query: (expression) => query(url, expression),
    async untilAnswered(expression) {
      await until(
        expression,
        () => query(url, expression),
        ({ length }) => length > 0,
        ANSWERED_WITHIN_MS,
      );
    },
    faultAt: () => faultAt,
    async end() {
      over.abort();
      for (const undo of undos.toReversed()) await undo();
    },
  };
}

function describeApp(
  drill: Drill,
  options: AppOptions,
  port: number,
  stack: Stack,
): PartOptions {
  const { program, instance = 'app-1', env = {}, nodeFlags = [] } = options;
  const node = [
    ...[process.execPath, ...APP_FLAGS, ...nodeFlags],
    ...['--import', REGISTER, findProgram(program)],
  ];
  const limit = options.openFiles ?? 'unlimited';
  // A process cannot lower its own limit.
  const limited = ['sh', '-c', `ulimit -n ${limit}; exec "$@"`, 'sh', ...node];
  const [command = '', ...args] = options.openFiles ? limited : node;
  return {
    name: instance,
    command,
    args,
    // Here the flag's package is found.
    cwd: join(ROOT, 'examples', 'quick-start'),
    env: {
      HOST: '127.0.0.1',
      PORT: String(port),
      OTEL_METRICS_EXPORTER: 'otlp',
      OTEL_EXPORTER_OTLP_ENDPOINT: stack.urlOf('otel-collector:4318'),
      OTEL_METRIC_EXPORT_INTERVAL: String(INTERVAL_MS),
      OTEL_METRIC_EXPORT_TIMEOUT: String(INTERVAL_MS),
      OTEL_SERVICE_NAME: drill.name,
      OTEL_RESOURCE_ATTRIBUTES: `service.namespace=sse,service.instance.id=${instance}`,
      ...APP_VARIABLES,
      ...env,
    },
    health: `http://127.0.0.1:${port}/health`,
  };
}
