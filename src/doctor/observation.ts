import { PROBE_PHASES } from '../semconv.ts';
import type { ResumeResult } from './checks/resume.ts';
import type { StreamReport } from './watch/stream-report.ts';

/** Parts of an opening, one after the other. */
export const PHASES = PROBE_PHASES;
/** A part of an opening. */
type Phase = (typeof PHASES)[number];

/** Milliseconds of each part that was reached; together they are the wait. */
export type Timings = { [Part in Phase]?: number };

/** What went wrong before there was an answer. */
export interface Failure {
  readonly phase: 'resolve' | 'connect' | 'tls' | 'headers' | 'redirect';
  readonly message: string;
}

/** A redirect that was followed. */
export interface Hop {
  readonly status: number;
  readonly from: string;
  readonly to: string;
  readonly isInsecure: boolean;
  readonly isCrossOrigin: boolean;
}

/** The certificate, and what is wrong with it. */
export interface TlsFacts {
  /** Milliseconds since the epoch. */
  readonly validTo: number;
  readonly issuer: string;
  /** OpenSSL's word for why it is not trusted. */
  readonly error?: string;
}

/** The connection on which the stream came. */
export interface ConnectionFacts {
  readonly address: string;
  readonly isLoopback: boolean;
  readonly tls?: TlsFacts;
}

/** Status line and headers, names in lower case, several of one name in order. */
export interface Head {
  readonly status: number;
  readonly version: '1.0' | '1.1' | '2';
  readonly headers: readonly (readonly [string, string])[];
}

/** How the server answered the question that browsers ask first. */
export interface Preflight {
  readonly asked: { readonly method: string; readonly headers: string[] };
  readonly failure?: string;
  readonly head?: Head;
}

/** Whether the server noticed that its client had gone. */
export interface Disconnect {
  /** Why the metrics cannot say; the other fields are as they were before. */
  readonly problem?: string;
  readonly closedBefore: number;
  readonly closedAfter: number;
  readonly waitedMs: number;
}

/** What was asked, as far as findings need to know. */
export interface Asked {
  /** As it may be shown. */
  readonly url: string;
  readonly isHttps: boolean;
  readonly method: string;
  /** Names of headers beside those that an `EventSource` sends. */
  readonly extraHeaders: readonly string[];
  readonly secretParameters: readonly string[];
  readonly origin?: string;
  /** Whether the origin is another than the stream's. */
  readonly isCrossOrigin: boolean;
  readonly isWithCredentials: boolean;
  readonly acceptedEncodings: readonly string[];
  readonly slowMs: number;
  readonly proxyTimeoutMs: number;
}

/** All that was seen of one stream: what findings are made from. */
export interface Observation {
  readonly asked: Asked;
  readonly at: number;
  /** When the headers came; both in milliseconds since the epoch. */
  readonly openedAt?: number;
  readonly hops: readonly Hop[];
  readonly failure?: Failure;
  readonly connection?: ConnectionFacts;
  readonly head?: Head;
  readonly timings: Timings;
  readonly stream?: StreamReport;
  readonly preflight?: Preflight;
  readonly resume?: ResumeResult;
  readonly disconnect?: Disconnect;
}

/** The values of a header, joined as HTTP joins them. */
export function readHeader(
  head: Head | undefined,
  name: string,
): string | undefined {
  const values = head?.headers.filter(([key]) => key === name);
  if (values === undefined || values.length === 0) return undefined;
  return values.map(([, value]) => value).join(', ');
}
