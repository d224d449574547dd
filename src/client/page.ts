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
  if (document === undefined) return () => {};
  const look = (): void => {
    attempt(() => monitor.setHidden(document.visibilityState === 'hidden'));
  };
  const leave = (): void => {
    attempt(() => monitor.leaveAll());
  };
  const comeBack = (): void => {
    attempt(() => monitor.comeBackAll());
  };
  look();
  // Before the listeners that send what was counted.
  const options = { capture: true };
  document.addEventListener('visibilitychange', look, options);
  scope.addEventListener('pagehide', leave, options);
  scope.addEventListener('pageshow', comeBack, options);
  return () => {
    document.removeEventListener('visibilitychange', look, options);
    scope.removeEventListener('pagehide', leave, options);
    scope.removeEventListener('pageshow', comeBack, options);
  };
}
