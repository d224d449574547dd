import type { IncomingMessage } from 'node:http';

/** What the guard uses of other rooms, given to it by its door. */
export interface Surroundings {
  /** A path as a route template. */
  cleanPath(url: string): string;
  /** @throws TypeError for what is no list of addresses and ranges. */
  createFindAddress(
    trustProxy: number | readonly string[],
  ): (request: IncomingMessage) => string | undefined;
  /** `undefined` where the system does not tell. */
  countFileDescriptors(): number | undefined;
  readFileDescriptorLimit(): number | undefined;
  /** Bytes of heap that the process dies of. */
  readHeapLimit(): number;
  /** Whether the application listens to a signal, so that it does not end it. */
  hasListener(signal: NodeJS.Signals): boolean;
}
