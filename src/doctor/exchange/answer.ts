import type { Readable } from 'node:stream';
import type { Head } from '../observation.ts';

/** A request as it goes out. */
export interface Outgoing {
  readonly url: URL;
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string | undefined;
}

/** Status and headers that came; the body may be still to come. */
export interface Answer {
  readonly head: Head;
  /** Bytes as they came over the wire, still encoded. */
  readonly body: Readable;
  /** Once the body has ended: whether its end was there, and not cut away. */
  isWhole(): boolean;
  /** Closes the connection. */
  close(): void;
}
