/** An event that came. */
export interface ArrivedEvent {
  /** Milliseconds since the headers. */
  readonly atMs: number;
  readonly id?: string;
  /** By the server's clock; see {@link Buffering}. */
  readonly stampMs?: number;
  readonly grainMs?: number;
  readonly print: string;
}

/** How a stream ended. */
export type Ending =
  /** Watched for long enough. */
  | 'watched'
  /** Too many bytes to read on. */
  | 'full'
  /** The server ended it. */
  | 'completed'
  /** The connection was gone without the response's end. */
  | 'broken';

/** Whether something held events back. */
export interface Buffering {
  /** Share of events that were held back, 0 to 1; absent when nothing can tell. */
  readonly ratio?: number;
  /** What shows it: the server's time stamps, cut events, or one burst at the end. */
  readonly by?: 'stamps' | 'cuts' | 'end';
  readonly heldMs?: number;
  readonly considered: number;
  readonly held: number;
  /** Groups of arrivals with nothing for 50 ms between them. */
  readonly bursts: number;
  /** Milliseconds between bursts, the median. */
  readonly burstEveryMs?: number;
}

/** What browsers would drop or misread, by the scanner. */
export interface StreamErrors {
  unknownFields: number;
  nullsInId: number;
  invalidRetries: number;
  eventsWithoutData: number;
  invalidUtf8: number;
}

/** What came in the body of an answer. */
export interface StreamReport {
  readonly watchedMs: number;
  readonly ending: Ending;
  readonly events: number;
  readonly comments: number;
  readonly types: readonly string[];
  /** Bytes as written, and as they came. */
  readonly bytes: number;
  readonly wireBytes: number;
  readonly largestEvent: number;
  readonly hasByteOrderMark: boolean;
  readonly hasUnfinishedEvent: boolean;
  readonly hasFinalEvent: boolean;
  readonly encodingError?: string;
  readonly errors: Readonly<StreamErrors>;
  readonly retries: readonly number[];
  /** The first thousand. */
  readonly arrived: readonly ArrivedEvent[];
  /** Event ids in order. */
  readonly ids: readonly string[];
  readonly firstByteMs?: number;
  readonly firstEventMs?: number;
  /** Between events, the median. */
  readonly intervalMs?: number;
  /** Between comments, the median. */
  readonly heartbeatMs?: number;
  readonly longestSilenceMs: number;
  /** Before the end of the stream, or of watching. */
  readonly lastSilenceMs: number;
  readonly buffering: Buffering;
}
