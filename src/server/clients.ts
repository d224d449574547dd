import { addressOfSocket, isPublicAddress } from './client-address.ts';
import { CLOSED, type Connection, OPENED, PASSED } from './connection.ts';

/** A system call each: so many take a millisecond or two. */
const MAX_AT_ONCE = 500;
const MAX_ADDRESS_LENGTH = 200;

/**
 * Counts open connections by client address. The figures are worth reporting
 * once addresses are told by a hook or a trusted proxy, or one of them is
 * public: behind an unknown proxy there would be one client.
 */
export class Clients {
  readonly #clients = new Map<string, Client>();
  /**
   * The oldest that was not looked at; all that follow it in their list were not. A
   * queue of its own would keep closed ones where more are opened than looked at.
   */
  #next: Connection | undefined;
  readonly #isTold: boolean;
  #isReported: boolean;

  /** @param isAddressTold - by a hook or by proxies. */
  constructor(isAddressTold: boolean) {
    this.#isTold = isAddressTold;
    this.#isReported = isAddressTold;
  }

  /** Counts a connection whose address is known. */
  note(connection: Connection, given: string | undefined): void {
    if (given === undefined || given === '') return;
    const address = given.slice(0, MAX_ADDRESS_LENGTH);
    let client = this.#clients.get(address);
    if (client === undefined) {
      client = { address, connections: 0 };
      this.#clients.set(address, client);
      this.#isReported ||= isPublicAddress(address);
    }
    client.connections++;
    // One text for all connections of a client.
    connection.clientAddress = client.address;
  }

  /** To be called when a connection has become the last of the list. */
  expect(connection: Connection): void {
    this.#next ??= connection;
  }

  /** To be called before a connection leaves the list. */
  forget(connection: Connection): void {
    if (this.#next === connection) this.#next = connection.next;
  }

  /** Counts an opened connection by its socket's address, if it lives to see it. */
  noteLater(connection: Connection): void {
    if (connection.has(PASSED)) this.noteNow(connection);
  }

  /** Counts one that waits. */
  noteNow(connection: Connection): void {
    const { clientAddress, request } = connection;
    if (this.#isTold || clientAddress !== undefined) return;
    if (!connection.has(CLOSED))
      this.note(connection, addressOfSocket(request));
  }

  /** Counts some of those that wait. To be called now and then. */
  noteWaiting(): void {
    for (let left = MAX_AT_ONCE; left > 0; left--) {
      const connection = this.#next;
      if (connection === undefined) return;
      this.#next = connection.next;
      if (connection.has(OPENED)) this.noteNow(connection);
      else connection.flags |= PASSED;
    }
  }

  remove({ clientAddress }: Connection): void {
    if (clientAddress === undefined) return;
    const client = this.#clients.get(clientAddress);
    if (client === undefined) return;
    client.connections--;
    if (client.connections === 0) this.#clients.delete(clientAddress);
  }

  /** @returns `undefined` while the figures would say nothing. */
  read(): { clients: number; busiest: number } | undefined {
    this.noteWaiting();
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
