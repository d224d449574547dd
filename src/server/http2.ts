import type { IncomingMessage } from 'node:http';
import {
  createSecureServer,
  createServer,
  type Http2Session,
  type IncomingHttpHeaders,
  type ServerHttp2Stream,
} from 'node:http2';
import { readTenths } from './clock.ts';
import { guarded } from './failure.ts';
import type { Handlers } from './handlers.ts';
import { hookCompatible } from './http2-compatible.ts';
import {
  canEndStream,
  emitError,
  noteClosedHere,
  onStreamEvent,
  recogniseStream,
} from './http2-stream.ts';
import {
  ARRIVED,
  CONNECTION,
  EXCHANGE,
  type Exchange,
  type MeasuredResponse,
  type MeasuredStream,
} from './keys.ts';
import { createPatches, type Method, type Patches } from './patch.ts';
import { writeTimed } from './write-duration.ts';

// The same as hook.ts, for HTTP/2. The compatibility API and the raw streams both
// end in the methods of one class, which Node does not export: it is met at the
// first stream of a server, before the application meets it.

let handlers: Handlers | undefined;
type StreamMethod = 'respond' | 'write' | 'end' | 'close' | 'destroy' | 'emit';

let streams: Patches<StreamMethod> | undefined;
let servers: readonly Patches<'emit'>[] | undefined;
const undo: (() => void)[] = [];

/** Finds the event streams of HTTP/2 servers. @returns its undo. */
export function hookHttp2(own: Handlers): () => void {
  handlers = own;
  servers ??= [createServer(), createSecureServer()].map((server) =>
    createPatches(Object.getPrototypeOf(server)),
  );
  for (const patches of servers) {
    undo.push(patches.put({ emit: wrapServerEmit(patches) }));
  }
  if (streams !== undefined) undo.push(streams.put(wrapStream(streams)));
  undo.push(hookCompatible(own));
  return () => {
    handlers = undefined;
    for (const step of undo.splice(0)) step();
  };
}

/** Sessions whose time-out was heard by nobody: Node ended them. */
const timedOut = new WeakSet<object>();

const noteTimedOut = guarded((session: object) => {
  timedOut.add(session);
});

function wrapServerEmit(patches: Patches<'emit'>): Method {
  return function emit(this: unknown, ...args: unknown[]): unknown {
    if (handlers !== undefined) {
      if (args[0] === 'stream') onStream(this, args);
      else if (args[0] === 'request') onRequest(args[1], args[2]);
    }
    const isHeard = (patches.originals.emit ?? patches.parent.emit).apply(
      this,
      args,
    );
    // Unheard, a time-out ends the session and all its streams.
    if (args[0] === 'timeout' && isHeard === false)
      noteTimedOut(args[1] as object);
    return isHeard;
  };
}

const onStream = guarded((server: unknown, args: unknown[]) => {
  const [, stream, headers, , rawHeaders] = args as [
    unknown,
    MeasuredStream,
    IncomingHttpHeaders,
    unknown,
    string[],
  ];
  if (streams === undefined) meetStreams(Object.getPrototypeOf(stream));
  stream[ARRIVED] = readTenths();
  stream[EXCHANGE] = new StreamExchange(
    stream,
    headers,
    rawHeaders,
    server as { listening: boolean },
  );
});

function meetStreams(prototype: object): void {
  // An application may emit what only looks like a stream.
  if (!Object.hasOwn(prototype, 'respond')) return;
  streams = createPatches(prototype);
  undo.push(streams.put(wrapStream(streams)));
}

/** Made for every stream, most of which are no event streams: it looks later. */
class StreamExchange implements Exchange {
  response: MeasuredResponse | undefined;
  isClosedHere = false;
  isSessionOver = false;
  readonly server: { readonly listening: boolean };
  readonly #session: Http2Session | undefined;
  readonly #stream: ServerHttp2Stream;
  readonly #headers: IncomingHttpHeaders;
  readonly #rawHeaders: string[];
  #request: IncomingMessage | undefined;

  constructor(
    stream: ServerHttp2Stream,
    headers: IncomingHttpHeaders,
    rawHeaders: string[],
    server: { readonly listening: boolean },
  ) {
    this.server = server;
    this.#stream = stream;
    this.#session = stream.session;
    this.#headers = headers;
    this.#rawHeaders = rawHeaders;
  }

  /** Of a raw stream: what hooks are given where there is no request. */
  get request(): IncomingMessage {
    this.#request ??= {
      method: this.#headers[':method'],
      url: this.#headers[':path'],
      httpVersion: '2.0',
      headers: this.#headers,
      rawHeaders: this.#rawHeaders,
      socket: socketOf(this.#session),
      stream: this.#stream,
    } as unknown as IncomingMessage;
    return this.#request;
  }

  set request(request: IncomingMessage) {
    this.#request = request;
  }

  isTimedOut(): boolean {
    return this.#session !== undefined && timedOut.has(this.#session);
  }
}

/** It throws once the session has no socket. */
function socketOf(session: Http2Session | undefined): unknown {
  try {
    return session?.socket;
  } catch {
    return undefined;
  }
}

const onRequest = guarded((request: unknown, response: unknown) => {
  const { stream } = request as { stream?: MeasuredStream };
  const exchange = stream?.[EXCHANGE];
  if (exchange === undefined) return;
  exchange.request = request as IncomingMessage;
  exchange.response = response as MeasuredResponse;
});

/**
 * The wrappers on the class of a server's streams. As in Node, methods of the
 * class cannot be called by `new`, and functions that it inherits can.
 */
function wrapStream({
  originals,
  parent,
}: Patches<StreamMethod>): Record<StreamMethod, Method> {
  type This = MeasuredStream;
  return {
    respond(this: unknown, ...args: unknown[]): unknown {
      const result = (originals.respond ?? parent.respond).apply(this, args);
      if (handlers !== undefined) recogniseStream(handlers, this as This);
      return result;
    },
    write: function (this: unknown, ...args: unknown[]): unknown {
      const original = originals.write ?? parent.write;
      const connection = (this as This)?.[CONNECTION];
      if (handlers === undefined || connection === undefined) {
        return original.apply(this, args);
      }
      if (!handlers.beforeWrite(connection, this as This, args[0])) {
        return original.apply(this, args);
      }
      const accepted =
        --handlers.monitor.writeSampler.countdown > 0
          ? original.apply(this, args)
          : writeTimed(
              handlers.monitor,
              this as This,
              original,
              args[0],
              args[1],
              args[2],
            );
      handlers?.onWritten(connection, args[0], args[1], accepted);
      return accepted;
    },
    end: function (this: unknown, ...args: unknown[]): unknown {
      const original = originals.end ?? parent.end;
      const connection = (this as This)?.[CONNECTION];
      if (handlers === undefined || connection === undefined) {
        return original.apply(this, args);
      }
      const couldEnd = canEndStream(this as This);
      const result = original.apply(this, args);
      handlers?.onEnded(connection, args[0], args[1], couldEnd);
      return result;
    },
    close(this: unknown, ...args: unknown[]): unknown {
      if (handlers !== undefined) noteClosedHere(this as This);
      return (originals.close ?? parent.close).apply(this, args);
    },
    destroy: function (this: unknown, ...args: unknown[]): unknown {
      if (handlers !== undefined) noteClosedHere(this as This);
      return (originals.destroy ?? parent.destroy).apply(this, args);
    },
    emit: function (this: unknown, ...args: unknown[]): unknown {
      const original = originals.emit ?? parent.emit;
      if (handlers !== undefined) {
        onStreamEvent(handlers, this as This, args[0], args[1]);
        if (args[0] === 'error') {
          return emitError(handlers, this as This, original, args);
        }
      }
      return original.apply(this, args);
    },
  };
}
