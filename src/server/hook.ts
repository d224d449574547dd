import { ServerResponse } from 'node:http';
import { readTenths } from './clock.ts';
import { createHandlers, type Handlers } from './handlers.ts';
import { namesEventStream } from './headers.ts';
import { hookHttp2 } from './http2.ts';
import {
  ARRIVED,
  CANDIDATE,
  CONNECTION,
  type MeasuredResponse,
} from './keys.ts';
import type { ServerMonitor } from './monitor.ts';
import { createPatches } from './patch.ts';
import { watchFastifyRoutes } from './routes/fastify.ts';
import { writeTimed } from './write-duration.ts';

// The functions below stand on ServerResponse.prototype. Each calls the original
// with what it was given and returns what that returns; what fails of ours is
// reported and not thrown. Without `handlers` they do nothing else. They are
// called with any `this` that the originals are called with, even none.

type Response = MeasuredResponse;

const patches = createPatches<keyof typeof wrappers>(ServerResponse.prototype);
const { originals, parent } = patches;

const wrappers = {
  setHeader,
  writeHead,
  writeHeader,
  flushHeaders,
  write,
  end,
  emit,
};

let handlers: Handlers | undefined;

/** Tells the guard that streams have records: it need not keep its own. */
const MEASURED = Symbol.for('opentelemetry-instrumentation-sse.measured');
const holder = globalThis as { [MEASURED]?: true };

/**
 * Finds the event streams that Node's servers send, over HTTP/1.1 and HTTP/2,
 * those of servers made before as well.
 *
 * @returns its undo: Node is as it was, open streams are let go.
 */
export function hookServer(monitor: ServerMonitor): () => void {
  const own = createHandlers(monitor);
  handlers = own;
  holder[MEASURED] = true;
  const unpatch = patches.put(wrappers);
  const unhookHttp2 = hookHttp2(own);
  const unwatchFastify = watchFastifyRoutes();
  return () => {
    handlers = undefined;
    delete holder[MEASURED];
    unhookHttp2();
    unwatchFastify();
    unpatch();
    own.release();
  };
}

/** Whether streams are watched now. */
export function isHooked(): boolean {
  return handlers !== undefined;
}

function setHeader(this: Response, ...args: unknown[]): unknown {
  const result = (originals.setHeader ?? parent.setHeader).apply(this, args);
  if (namesEventStream(args[0], args[1])) handlers?.onCandidate(this);
  return result;
}

function writeHead(this: Response, ...args: unknown[]): unknown {
  const result = (originals.writeHead ?? parent.writeHead).apply(this, args);
  handlers?.onHead(this, args[1], args[2]);
  return result;
}

/** Node's other name for it, which others who patch `writeHead` leave alone. */
function writeHeader(this: Response, ...args: unknown[]): unknown {
  const result = (originals.writeHeader ?? parent.writeHeader).apply(
    this,
    args,
  );
  handlers?.onHead(this, args[1], args[2]);
  return result;
}

function flushHeaders(this: Response, ...args: unknown[]): unknown {
  const result = (originals.flushHeaders ?? parent.flushHeaders).apply(
    this,
    args,
  );
  const connection = this?.[CONNECTION];
  if (connection !== undefined) handlers?.onHeadersSent(connection);
  return result;
}

function write(this: Response, ...args: unknown[]): unknown {
  const original = originals.write ?? parent.write;
  if (handlers === undefined) return original.apply(this, args);
  const connection = this?.[CONNECTION];
  if (connection === undefined) return writeFirst(this, args);
  if (!handlers.beforeWrite(connection, this, args[0])) {
    return original.apply(this, args);
  }
  const accepted =
    --handlers.monitor.writeSampler.countdown > 0
      ? original.apply(this, args)
      : writeTimed(handlers.monitor, this, original, args[0], args[1], args[2]);
  handlers?.onWritten(connection, args[0], args[1], accepted);
  return accepted;
}

/** Its headers may go out with this write, and it be an event stream after all. */
function writeFirst(response: Response, args: unknown[]): unknown {
  const original = originals.write ?? parent.write;
  const monitor = handlers?.monitor;
  const isTimed =
    monitor !== undefined &&
    response?.[CANDIDATE] === true &&
    --monitor.writeSampler.countdown <= 0;
  const accepted = isTimed
    ? writeTimed(monitor, response, original, args[0], args[1], args[2])
    : original.apply(response, args);
  const made = response?.[CONNECTION];
  if (made !== undefined) {
    handlers?.onWritten(made, args[0], args[1], accepted);
  }
  return accepted;
}

function end(this: Response, ...args: unknown[]): unknown {
  const original = originals.end ?? parent.end;
  if (handlers === undefined) return original.apply(this, args);
  const isKnown =
    this?.[CONNECTION] !== undefined || this?.[CANDIDATE] === true;
  const couldEnd = !isKnown || handlers.outside.canEnd(this);
  const result = original.apply(this, args);
  const connection = this?.[CONNECTION];
  if (connection !== undefined) {
    handlers?.onEnded(connection, args[0], args[1], couldEnd);
  }
  return result;
}

/**
 * Listeners of our own would be seen: Node counts them and warns of the eleventh,
 * and an application may take them all away.
 */
function emit(this: Response, ...args: unknown[]): unknown {
  const event = args[0];
  if (handlers !== undefined) {
    const connection = this?.[CONNECTION];
    if (connection !== undefined) handlers.onEvent(connection, event);
    // Node's first word to a response, unless it waits for one before it.
    else if (event === 'socket' && this?.req) this[ARRIVED] ??= readTenths();
    else if (event === 'close') handlers.onEarlyClose(this);
    if (event === 'pipe') handlers.onPipe(this, args[1]);
  }
  return (originals.emit ?? parent.emit).apply(this, args);
}
