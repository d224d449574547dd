import { type AnnouncedGuard, GUARDS } from './keys.ts';

/** Lets the instrumentation, whichever copy it is, report the guard's limit. */
export function announce(guard: AnnouncedGuard): () => void {
  const holder = globalThis as { [GUARDS]?: Set<AnnouncedGuard> };
  holder[GUARDS] ??= new Set();
  const guards = holder[GUARDS];
  guards.add(guard);
  return () => {
    guards.delete(guard);
  };
}
