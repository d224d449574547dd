import type { LookupAddress } from 'node:dns';
import { lookup } from 'node:dns/promises';
import { once } from 'node:events';
import { connect as connectPlainly, isIP, type Socket } from 'node:net';
import {
  connect as connectTls,
  rootCertificates,
  type TLSSocket,
} from 'node:tls';
import type {
  ConnectionFacts,
  Failure,
  Timings,
  TlsFacts,
} from '../observation.ts';
import { cleanText } from '../text.ts';
import { isLoopback } from '../urls.ts';
import { inPhase, PhaseError } from './phase-error.ts';

/** What a connection may be. */
export interface ConnectOptions {
  readonly ca?: string | undefined;
  readonly isInsecure: boolean;
  /** Ends the attempt, and later the connection. */
  readonly signal: AbortSignal;
}

/** An open connection on which nothing was sent yet. */
export interface Connection {
  readonly socket: Socket;
  /** Whether the server chose HTTP/2. */
  readonly isHttp2: boolean;
  readonly facts: ConnectionFacts;
}

/** A certificate that is not trusted: nothing was sent. */
export class UntrustedError extends PhaseError {
  readonly facts: ConnectionFacts;

  constructor(facts: ConnectionFacts, reason: string) {
    super('tls', new Error(reason));
    this.facts = facts;
  }
}

/** Opens a connection, offering HTTP/2 and 1.1 as browsers do. */
export async function connect(
  url: URL,
  options: ConnectOptions,
  timings: Timings,
): Promise<Connection> {
  const host = url.hostname.replace(/^\[|\]$/g, '');
  const { signal } = options;
  const addresses = await measure('resolve', timings, () =>
    withSignal(lookup(host, { all: true }), signal),
  );
  const isTls = url.protocol === 'https:';
  const port = Number(url.port || (isTls ? 443 : 80));
  const plain = await measure('connect', timings, () =>
    openSocket(host, port, addresses, signal),
  );
  const address = plain.remoteAddress ?? host;
  const facts = { address, isLoopback: isLoopback(address) };
  if (!isTls) return { socket: plain, isHttp2: false, facts };
  const socket = await measure('tls', timings, () =>
    secure(plain, host, options),
  );
  const secured = { ...facts, tls: describeTls(socket) };
  // Whoever answers with a certificate of somebody else gets no cookie or token.
  if (secured.tls.error !== undefined && !options.isInsecure) {
    socket.destroy();
    throw new UntrustedError(secured, secured.tls.error);
  }
  return { socket, isHttp2: socket.alpnProtocol === 'h2', facts: secured };
}

async function measure<Value>(
  phase: Failure['phase'] & keyof Timings,
  timings: Timings,
  part: () => Promise<Value>,
): Promise<Value> {
  const started = performance.now();
  const value = await inPhase(phase, part);
  timings[phase] = performance.now() - started;
  return value;
}

async function withSignal<Value>(
  promise: Promise<Value>,
  signal: AbortSignal,
): Promise<Value> {
  signal.throwIfAborted();
  return new Promise((resolve, reject) => {
    const abort = () => reject(signal.reason);
    signal.addEventListener('abort', abort, { once: true });
    promise.then(resolve, reject).finally(() => {
      signal.removeEventListener('abort', abort);
    });
  });
}

async function openSocket(
  host: string,
  port: number,
  addresses: readonly LookupAddress[],
  signal: AbortSignal,
): Promise<Socket> {
  const socket = connectPlainly({
    host,
    port,
    noDelay: true,
    // Resolved already, and timed for itself.
    lookup: (_host, { all }, done) => {
      const [first] = addresses;
      if (all) done(null, [...addresses]);
      else done(null, first?.address ?? '', first?.family);
    },
  });
  return whenOpen(socket, 'connect', signal);
}

async function secure(
  plain: Socket,
  host: string,
  { ca, signal }: ConnectOptions,
): Promise<TLSSocket> {
  const socket = connectTls({
    socket: plain,
    host,
    ...(isIP(host) === 0 && { servername: host }),
    ALPNProtocols: ['h2', 'http/1.1'],
    // What is wrong with a certificate is a finding; see UntrustedError.
    rejectUnauthorized: false,
    ...(ca !== undefined && { ca: [...rootCertificates, ca] }),
  });
  return whenOpen(socket, 'secureConnect', signal);
}

async function whenOpen<Kind extends Socket>(
  socket: Kind,
  event: string,
  signal: AbortSignal,
): Promise<Kind> {
  // An aborted attempt may fail once more, when nobody waits any longer.
  socket.on('error', () => {});
  try {
    await once(socket, event, { signal });
    return socket;
  } catch (error) {
    socket.destroy();
    throw signal.aborted ? signal.reason : error;
  }
}

function describeTls(socket: TLSSocket): TlsFacts {
  const { valid_to, issuer } = socket.getPeerCertificate();
  const name = issuer?.CN ?? issuer?.O ?? 'unknown';
  const { authorized, authorizationError: error } = socket;
  return {
    validTo: Date.parse(valid_to),
    issuer: cleanText(String(name), 80),
    ...(!authorized && {
      error: cleanText(error instanceof Error ? error.message : String(error)),
    }),
  };
}
