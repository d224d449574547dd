import { attempt } from './failure.ts';
import type { ClientMonitor } from './monitor.ts';

/** What of a window we read. */
interface PageScope extends EventTarget {
  readonly document?: EventTarget & { readonly visibilityState: string };
}

/**
 * Watches whether somebody sees the page, and when it is left.
 *
 * @param scope - a window; in a worker nothing is watched.
 * @returns its undo.
 */
export function watchPage(
  monitor: ClientMonitor,
  scope: PageScope,
): () => void {
  const { document } = scope;
  if (!document) return () => {};
  const look = (now: number): void => {
    monitor.settle();
    monitor.visibleSince =
      document.visibilityState === 'hidden' ? Infinity : now;
  };
  look(-Infinity);
  const ours = new AbortController();
  const listen = (target: EventTarget, type: string, act: () => void): void => {
    target.addEventListener(type, () => attempt(act), {
      // Before the listeners that send what was counted.
      capture: true,
      signal: ours.signal,
    });
  };
  listen(document, 'visibilitychange', () => look(performance.now()));
  listen(scope, 'pagehide', () => {
    for (const connection of monitor.connections) connection.leave();
  });
  listen(scope, 'pageshow', () => {
    for (const connection of monitor.connections) connection.comeBack();
  });
  return () => ours.abort();
}
