import type { SoakPlan } from './plan.ts';

/** What one scrape says. */
export interface Sample {
  readonly opened: number;
  readonly closed: number;
  /** Of the closed ones, those that the server ended. */
  readonly completed: number;
  readonly active: number;
  /** Closed with an error, refused, or folded into `_OTHER`. */
  readonly errors: number;
  readonly series: number;
  readonly descriptors: number;
  /** Delay of the event loop, p99 of half a minute to a minute, in seconds. */
  readonly delay: number;
  /** Heap in use, garbage too, in bytes. */
  readonly heap: number;
  /** What the scrape took, as who asked sees it, in milliseconds. */
  readonly took: number;
}

/** What the clients did, as they count it. */
export interface ClientCounts {
  readonly opened: number;
  readonly open: number;
  /** Ended by the server. */
  readonly completed: number;
  /** Left by the client. */
  readonly left: number;
}

/** What the server process uses, as the system says. */
export interface Usage {
  /** After garbage collection, buffers too, in bytes. */
  readonly heap: number;
  readonly rss: number;
  readonly descriptors: number;
}

/** A moment at which nothing is opened or closed. */
export interface Rest {
  readonly clients: ClientCounts;
  readonly sample: Sample;
  readonly usage: Usage;
}

/** All that was seen. */
export interface SoakRecord {
  readonly plan: SoakPlan;
  /** Before the first connection. */
  readonly idle: Rest;
  /** After a few of each kind. */
  readonly warm: Rest;
  /** All connections open: when they were, and after each part of the total. */
  readonly plateaus: readonly Rest[];
  /** After the last close. */
  readonly end: Rest;
  /** While connections were opened and closed. */
  readonly samples: readonly Sample[];
  /** What these scrapes took in the server, in milliseconds. */
  readonly collections: readonly number[];
  readonly seconds: number;
}
