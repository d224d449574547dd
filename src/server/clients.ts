import { isPublicAddress } from './client-address.ts';

/**
 * Counts open connections by client address. The figures are worth reporting
 * once addresses are told by a hook or a trusted proxy, or one of them is
 * public: behind an unknown proxy there would be one client.
 */
export class Clients {
  readonly #connections = new Map<string, number>();
  #isReported: boolean;

  constructor(isAddressTold: boolean) {
    this.#isReported = isAddressTold;
  }

  add(address: string): void {
    const connections = this.#connections.get(address) ?? 0;
    this.#connections.set(address, connections + 1);
    if (!this.#isReported && connections === 0) {
      this.#isReported = isPublicAddress(address);
    }
  }

  remove(address: string): void {
    const connections = this.#connections.get(address) ?? 0;
    if (connections > 1) this.#connections.set(address, connections - 1);
    else this.#connections.delete(address);
  }

  /** @returns `undefined` while the figures would say nothing. */
  read(): { clients: number; busiest: number } | undefined {
    if (!this.#isReported) return undefined;
    let busiest = 0;
    for (const connections of this.#connections.values()) {
      if (connections > busiest) busiest = connections;
    }
    return { clients: this.#connections.size, busiest };
  }
}
