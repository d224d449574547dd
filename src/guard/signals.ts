import type { Surroundings } from './surroundings.ts';

/**
 * Drains at a signal, then lets the signal do what it would have done. Where the
 * application listens too, that is up to the application.
 *
 * @returns its undo.
 */
export function drainOnSignal(
  signals: readonly NodeJS.Signals[],
  drain: () => Promise<unknown>,
  { hasListener }: Surroundings,
): () => void {
  const onSignal = (signal: NodeJS.Signals): void => {
    void drain().then(() => {
      undo();
      if (!hasListener(signal)) process.kill(process.pid, signal);
    });
  };
  for (const signal of signals) process.on(signal, onSignal);
  const undo = (): void => {
    for (const signal of signals) process.off(signal, onSignal);
  };
  return undo;
}
