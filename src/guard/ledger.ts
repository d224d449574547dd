import type { Held } from './held.ts';

/** What the guard holds: all, by route and by client. */
export class Ledger {
  readonly held = new Set<Held>();
  readonly #routes = new Map<string, number>();
  readonly #clients = new Map<string, number>();

  add(held: Held): void {
    this.held.add(held);
    change(this.#routes, held.route, 1);
    if (held.client !== undefined) change(this.#clients, held.client, 1);
  }

  /** @returns false when it was not held any more. */
  remove(held: Held): boolean {
    if (!this.held.delete(held)) return false;
    change(this.#routes, held.route, -1);
    if (held.client !== undefined) change(this.#clients, held.client, -1);
    return true;
  }

  ofRoute(route: string): number {
    return this.#routes.get(route) ?? 0;
  }

  ofClient(client: string): number {
    return this.#clients.get(client) ?? 0;
  }
}

function change(counts: Map<string, number>, key: string, by: number): void {
  const count = (counts.get(key) ?? 0) + by;
  if (count > 0) counts.set(key, count);
  else counts.delete(key);
}
