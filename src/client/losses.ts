/** A request that waits for its next attempt. */
export interface Loss {
  /** When the connection was lost; `undefined`: it was never open. */
  readonly lostAt: number | undefined;
  /** Until when the time without it was counted. */
  readonly settled: number;
}

/** Who comes later does not come back. */
const MAX_WAIT_MS = 300_000;
/** The most that wait at a time. */
const MAX_LOSSES = 1000;

/**
 * Requests that ended against the client's will, by what they asked for: the
 * next one that asks the same is taken for its reconnect. The oldest goes first.
 */
export class Losses {
  readonly #byKey = new Map<string, Loss[]>();
  #size = 0;

  add(key: string, loss: Loss): void {
    if (this.#size >= MAX_LOSSES) this.#clear();
    const known = this.#byKey.get(key);
    if (known === undefined) this.#byKey.set(key, [loss]);
    else known.push(loss);
    this.#size++;
  }

  take(key: string): Loss | undefined {
    const known = this.#byKey.get(key);
    if (known === undefined) return undefined;
    const since = performance.now() - MAX_WAIT_MS;
    let loss = known.shift();
    while (loss !== undefined && loss.settled < since) {
      this.#size--;
      loss = known.shift();
    }
    if (loss !== undefined) this.#size--;
    if (known.length === 0) this.#byKey.delete(key);
    return loss;
  }

  #clear(): void {
    this.#byKey.clear();
    this.#size = 0;
  }
}
