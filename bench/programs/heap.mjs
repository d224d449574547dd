import { setImmediate as turn } from 'node:timers/promises';

/** Collects what can be, until everything is settled. */
export async function settleHeap() {
  for (let round = 0; round < 5; round++) {
    await turn();
    globalThis.gc();
  }
}
