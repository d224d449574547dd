import { isPublicAddress } from './client-address.ts';

/**
 * Counts open connections by client address. The figures are worth reporting
 * once addresses are told by a hook or a trusted proxy, or one of them is
 * public: behind an unknown proxy there would be one client.
 */
export class Clients {
  readonly #clients = new Map<string, Client>();
  #isReported: boolean;

  constructor(isAddressTold: boolean) {
    this.#isReported = isAddressTold;
  }

  /** @returns the address as it is kept here: one text for all connections. */
  add(address: string): string {
    const known = this.#clients.get(address);
    if (known !== undefined) {
      known.connections++;
      return known.address;
    }
    this.#clients.set(address, { address, connections: 1 });
    this.#isReported ||= isPublicAddress(address);
    return address;
  }

  remove(address: string): void {
    const known = this.#clients.get(address);
    if (known === undefined) return;
    known.connections--;
    if (known.connections === 0) this.#clients.delete(address);
  }

  /** @returns `undefined` while the figures would say nothing. */
  read(): { clients: number; busiest: number } | undefined {
    if (!this.#isReported) return undefined;
    let busiest = 0;
    for (const { connections } of this.#clients.values()) {
      if (connections > busiest) busiest = connections;
    }
    return { clients: this.#clients.size, busiest };
  }
}

interface Client {
  readonly address: string;
  connections: number;
}
