import { isMainThread } from 'node:worker_threads';
import { countExitHooks, markBystander } from '../process/signals.ts';
import { log } from './log.ts';

/** What is to be done before a process that sends metrics ends. */
export interface LastSteps {
  /** The application handles the signal: send what there is until now. */
  flush(): Promise<void>;
  /** The process ends now: send the last figures. In two seconds at most. */
  finish(): Promise<void>;
}

const SIGNALS = ['SIGTERM', 'SIGINT'] as const;
const DEADLINE_MS = 2500;

/**
 * Sends the last interval's metrics when the process ends by itself or by a
 * signal. It ends as it would have without us: with a listener of the
 * application's, what that does; else by the signal, after the flush.
 *
 * @returns its undo.
 */
export function flushOnExit({ flush, finish }: LastSteps): () => void {
  let isFinished = false;
  const finishOnce = async (): Promise<void> => {
    if (isFinished) return;
    isFinished = true;
    try {
      await finish();
    } catch (error) {
      log.warn(`the last metrics were not sent: ${String(error)}`);
    }
  };
  const listening = new Set<NodeJS.Signals>();
  const listen = (signal: NodeJS.Signals): void => {
    listening.add(signal);
    // First of all: a listener set with `once` is gone by the time the last one
    // is called, and we could not tell that the application has one.
    process.prependListener(signal, onSignal);
  };
  const onSignal = (signal: NodeJS.Signals): void => {
    if (process.listenerCount(signal) - 1 > countExitHooks()) {
      stepAside(signal);
      void flush();
      return;
    }
    const raise = (): void => {
      undo();
      process.kill(process.pid, signal);
    };
    const deadline = setTimeout(raise, DEADLINE_MS);
    void finishOnce().then(() => {
      clearTimeout(deadline);
      raise();
    });
  };
  markBystander(onSignal);
  /** Some listeners look whether they are alone: as without us, they are. */
  const stepAside = (signal: NodeJS.Signals): void => {
    process.off(signal, onSignal);
    process.nextTick(() => {
      if (listening.has(signal)) listen(signal);
    });
  };
  const onBeforeExit = (): void => void finishOnce();
  process.on('beforeExit', onBeforeExit);
  if (isMainThread) for (const signal of SIGNALS) listen(signal);
  const undo = (): void => {
    process.off('beforeExit', onBeforeExit);
    for (const signal of listening) process.off(signal, onSignal);
    listening.clear();
  };
  return undo;
}
