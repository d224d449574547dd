import { setTimeout as delay } from 'node:timers/promises';

/**
 * Waits until a condition holds.
 *
 * @throws Error with `what` and the last value after the deadline.
 */
export async function until<Value>(
  what: string,
  read: () => Value | Promise<Value>,
  isDone: (value: Value) => boolean = Boolean,
  deadlineMs = 10_000,
): Promise<Value> {
  const deadline = performance.now() + deadlineMs;
  for (;;) {
    const value = await read();
    if (isDone(value)) return value;
    if (performance.now() > deadline) {
      throw new Error(`${what}: still ${JSON.stringify(value)}`);
    }
    await delay(10);
  }
}
