import { MeterBinding } from '../metrics/meter-binding.ts';
import { CLIENT_METRICS } from '../semconv.ts';
import { PACKAGE_VERSION } from '../version.ts';
import { say } from './failure.ts';
import { type ClientMonitor, createMonitor } from './monitor.ts';
import type { SseClientInstrumentationConfig } from './types.ts';

/** Begins to watch. @returns its undo. */
type ClientHook = (monitor: ClientMonitor) => () => void;

/** What a door brings. */
export interface ClientDoor {
  readonly hook: ClientHook;
  /** Where its metrics go; without one it looks for the application's provider. */
  readonly binding?: MeterBinding;
  /** Called at the first stream. */
  readonly onFirstStream?: () => void;
}

/** The clients that are measured in this process. */
export interface ClientMonitoring {
  readonly binding: MeterBinding;
  readonly monitor: ClientMonitor;
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
  for (const connection of running?.monitor.connections ?? []) {
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
  { monitor }: ClientMonitoring,
  config: SseClientInstrumentationConfig,
): void {
  monitor.options = { ...monitor.options, ...config };
}

function start(
  config: SseClientInstrumentationConfig,
  door: ClientDoor,
): ClientMonitoring {
  const { binding = new MeterBinding(), onFirstStream } = door;
  let leave: (() => void) | undefined;
  const monitor = createMonitor(CLIENT_METRICS, config, () => {
    if (leave === undefined) {
      // A process without a stream has no instruments of ours.
      leave = binding.use(monitor.store.attach);
      onFirstStream?.();
    }
    binding.refresh();
  });
  const unhook = door.hook(monitor);
  const endLooking = door.binding ? () => {} : lookForProvider(binding);
  return {
    binding,
    monitor,
    stop() {
      endLooking();
      unhook();
      for (const connection of monitor.connections) connection.forget();
      leave?.();
    },
  };
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
