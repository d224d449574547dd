import { MeterBinding } from '../metrics/meter-binding.ts';
import { PACKAGE_VERSION } from '../version.ts';
import { say } from './failure.ts';
import type { SseClientInstrumentationConfig } from './types.ts';
import { watchUndici } from './undici.ts';
import type { createUndiciStreams, UndiciStreams } from './undici-streams.ts';

/** What a door brings. */
export interface ClientDoor {
  /** Brings what counts, when there is something to be counted. */
  readonly bring: () => typeof createUndiciStreams;
  /** Where its metrics go; without one it looks for the application's provider. */
  readonly binding?: MeterBinding;
  /** Called at the first stream. */
  readonly onFirstStream?: () => void;
}

/** The clients that are measured in this process. */
interface ClientMonitoring {
  readonly binding: MeterBinding;
  options: SseClientInstrumentationConfig;
  /** From the first stream on. */
  streams: UndiciStreams | undefined;
  readonly stop: () => void;
}

/** How often we look whether the application registered a MeterProvider. */
const LOOK_MS = 1000;
/** Another copy of this package must not count the same connections again. */
const OWNER = Symbol.for('opentelemetry-instrumentation-sse.client');
const holder = globalThis as { [OWNER]?: string };

let running: ClientMonitoring | undefined;
const owners = new Set<object>();

/** What runs, if anything. */
export function getClientMonitoring(): ClientMonitoring | undefined {
  return running;
}

/**
 * Switches it on for an owner. When it is on already, the owner's options are
 * added to those it has: two would count everything twice.
 *
 * @returns `undefined` when another copy of the package has it.
 */
export function startClientMonitoring(
  owner: object,
  config: SseClientInstrumentationConfig,
  door: ClientDoor,
): ClientMonitoring | undefined {
  if (running === undefined) {
    if (holder[OWNER] !== undefined) {
      say(
        `version ${PACKAGE_VERSION} measures no client`,
        `version ${holder[OWNER]} does already`,
      );
      return undefined;
    }
    running = start(config, door);
    holder[OWNER] = PACKAGE_VERSION;
  } else if (!owners.has(owner)) configure(running, config);
  owners.add(owner);
  return running;
}

/** Gives further options to what an owner has switched on. */
export function configureClientMonitoring(
  owner: object,
  config: SseClientInstrumentationConfig,
): void {
  if (running !== undefined && owners.has(owner)) configure(running, config);
}

/** Counts what is open as closed by the application, which ends. */
export function closeClients(): void {
  for (const connection of running?.streams?.monitor.connections ?? []) {
    connection.close('page');
  }
}

/** Switches it off for an owner; with the last one it ends. */
export function stopClientMonitoring(owner: object): void {
  if (!owners.delete(owner) || owners.size > 0) return;
  running?.stop();
  running = undefined;
  delete holder[OWNER];
}

function configure(
  monitoring: ClientMonitoring,
  config: SseClientInstrumentationConfig,
): void {
  monitoring.options = { ...monitoring.options, ...config };
}

function start(
  options: SseClientInstrumentationConfig,
  door: ClientDoor,
): ClientMonitoring {
  const { binding = new MeterBinding(), onFirstStream, bring } = door;
  const endLooking = door.binding ? () => {} : lookForProvider(binding);
  const monitoring: ClientMonitoring = {
    binding,
    options,
    streams: undefined,
    stop() {
      endLooking();
      unwatch();
      monitoring.streams?.stop();
    },
  };
  const unwatch = watchUndici(() => {
    const streams = bring()(() => monitoring.options, binding);
    monitoring.streams = streams;
    onFirstStream?.();
    return streams.listener;
  });
  return monitoring;
}

/** An application registers its provider when it likes to. */
function lookForProvider(binding: MeterBinding): () => void {
  binding.refresh();
  const timer = setInterval(() => {
    binding.refresh();
    if (binding.hasForeign()) clearInterval(timer);
  }, LOOK_MS).unref();
  return () => clearInterval(timer);
}
