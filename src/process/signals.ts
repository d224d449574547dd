/** On a listener of ours that raises the signal again: it decides nothing. */
const BYSTANDER = Symbol.for('opentelemetry-instrumentation-sse.bystander');

/** Says that a listener does not keep the signal from ending the process. */
export function markBystander(listener: object): void {
  Object.defineProperty(listener, BYSTANDER, { value: true });
}

/** Whether the application listens to a signal, so that it does not end it. */
export function hasListener(signal: NodeJS.Signals): boolean {
  const listeners = process.listeners(signal);
  const deciding = listeners.filter((listener) => !(BYSTANDER in listener));
  return deciding.length > countExitHooks();
}

/**
 * Listeners of the package `signal-exit`, versions 3 and 4, under which many
 * others clean up: they end the process when nobody else listens, so they must
 * be met by the signal that we raise again.
 */
export function countExitHooks(): number {
  const { __signal_exit_emitter__: older } = process as {
    __signal_exit_emitter__?: { count?: number };
  };
  const { [NEWER]: newer } = globalThis as { [NEWER]?: { count?: number } };
  return (older?.count ?? 0) + (newer?.count ?? 0);
}

const NEWER = Symbol.for('signal-exit emitter');
