import { diag, type MeterProvider } from '@opentelemetry/api';
import { MeterBinding } from './metrics/meter-binding.ts';
import { monitorProcess } from './process/monitor.ts';
import { readTenths } from './server/clock.ts';
import { ENDED, OPENED } from './server/connection.ts';
import { hookServer } from './server/hook.ts';
import { closeConnection } from './server/lifecycle.ts';
import { ServerMonitor } from './server/monitor.ts';
import { resolveServerOptions } from './server/options.ts';
import { takeSnapshot } from './server/summary.ts';
import type {
  SseConnectionSnapshot,
  SseInstrumentationConfig,
} from './types.ts';
import { PACKAGE_NAME, PACKAGE_VERSION } from './version.ts';

/**
 * Everything that is measured in this process. There is one at a time, however
 * many instrumentations were switched on: what they measured would be counted
 * twice.
 */
export class Monitoring {
  readonly binding = new MeterBinding();
  readonly server: ServerMonitor | undefined;
  readonly #undo: (() => void)[] = [];
  #config: SseInstrumentationConfig;

  constructor(config: SseInstrumentationConfig) {
    this.#config = config;
    if (isOn(config, 'serverMetrics')) {
      const options = resolveServerOptions(config, complain);
      const server = new ServerMonitor(options, this.binding);
      this.server = server;
      const unhook = hookServer(server);
      this.#undo.push(unhook, () => server.stop());
    }
    const isUptimeOnly = !isOn(config, 'processMetrics');
    this.#undo.push(monitorProcess(this.binding, isUptimeOnly));
    this.binding.refresh();
  }

  /**
   * Uses further options: hooks and thresholds from now on. The limits of
   * series, and which parts are on, stay as they were at the start.
   */
  configure(config: SseInstrumentationConfig): void {
    this.#config = { ...this.#config, ...config };
    if (this.server === undefined) return;
    this.server.options = resolveServerOptions(this.#config, complain);
  }

  /** Counts open connections as closed: the process is about to end. */
  closeAll(): void {
    for (const connection of this.server?.connections ?? []) {
      // One that was ended is whole, though its last bytes never leave.
      const cause = connection.has(ENDED) ? undefined : 'shutdown';
      closeConnection(this.server as ServerMonitor, connection, cause);
    }
  }

  /** A bounded list of the open connections, oldest first. */
  list(limit: number): SseConnectionSnapshot[] {
    if (this.server === undefined) return [];
    const { connections, clients } = this.server;
    const now = readTenths();
    const listed: SseConnectionSnapshot[] = [];
    for (const connection of connections) {
      if (listed.length >= limit) break;
      if (!connection.has(OPENED)) continue;
      clients.noteNow(connection);
      listed.push(takeSnapshot(connection, now));
    }
    return listed;
  }

  /** Puts Node back as it was. */
  stop(): void {
    for (const undo of this.#undo.splice(0)) undo();
  }
}

/** Says that an option is bad. */
function complain(message: string): void {
  diag.warn(`${PACKAGE_NAME}: ${message}`);
}

/** Whether a part is on, as it is unless it was switched off. */
function isOn(
  config: SseInstrumentationConfig,
  part: 'serverMetrics' | 'processMetrics',
): boolean {
  const value: unknown = config[part] ?? true;
  if (typeof value === 'boolean') return value;
  complain(`${part} is ${String(value)}, neither true nor false; using true`);
  return true;
}

/** Another copy of this package must not count the same connections again. */
const OWNER = Symbol.for('opentelemetry-instrumentation-sse.owner');
const holder = globalThis as { [OWNER]?: string };

let running: Monitoring | undefined;
const owners = new Set<object>();

/** The monitoring that runs, if any. */
export function getMonitoring(): Monitoring | undefined {
  return running;
}

/**
 * Switches monitoring on for an owner. When it is on already, the owner's
 * options are added to those it has.
 *
 * @param provider - to report to, when the owner was given one.
 * @returns the monitoring, `undefined` when another copy of the package has it.
 */
export function startMonitoring(
  owner: object,
  config: SseInstrumentationConfig,
  provider: MeterProvider | undefined,
): Monitoring | undefined {
  if (running === undefined) {
    if (holder[OWNER] !== undefined) {
      complain(
        `version ${holder[OWNER]} measures this process already; version ${PACKAGE_VERSION} does nothing`,
      );
      return undefined;
    }
    running = new Monitoring(config);
    holder[OWNER] = PACKAGE_VERSION;
  } else if (!owners.has(owner)) {
    running.configure(config);
  }
  owners.add(owner);
  if (provider !== undefined) running.binding.setMeterProvider(provider);
  return running;
}

/** Gives further options to the monitoring of an owner that has it on. */
export function configureMonitoring(
  owner: object,
  config: SseInstrumentationConfig,
): void {
  if (owners.has(owner)) running?.configure(config);
}

/** Switches monitoring off for an owner; with the last one it ends. */
export function stopMonitoring(owner: object): void {
  if (!owners.delete(owner) || owners.size > 0) return;
  running?.stop();
  running = undefined;
  delete holder[OWNER];
}
