import type { Surroundings } from './surroundings.ts';

/**
 * Drains at a signal, then lets the signal do what it would have done; a second one
 * does it at once. Where the
 * application listens too, that is up to the application.
 *
 * @returns its undo.
 */
export function drainOnSignal(
  signals: readonly NodeJS.Signals[],
  drain: () => Promise<unknown>,
  { hasListener }: Surroundings,
): () => void {
  let isDraining = false;
  const raise = (signal: NodeJS.Signals): void => {
    undo();
    if (!hasListener(signal)) process.kill(process.pid, signal);
  };
  const onSignal = (signal: NodeJS.Signals): void => {
    // Whoever asks again does not want to wait.
    if (isDraining) raise(signal);
    else {
      isDraining = true;
      void drain().then(() => raise(signal));
    }
  };
  for (const signal of signals) process.on(signal, onSignal);
  const undo = (): void => {
    for (const signal of signals) process.off(signal, onSignal);
  };
  return undo;
}
