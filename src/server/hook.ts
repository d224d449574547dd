import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { EventEmitter } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { isEventStream } from '../protocol/content-type.ts';
import { reportFailure } from './failure.ts';
import { createHandlers, type Handlers } from './handlers.ts';
import { isSameName } from './headers.ts';
import {
  ARRIVED,
  CANDIDATE,
  CONNECTION,
  type MeasuredResponse,
} from './keys.ts';
import type { ServerMonitor } from './monitor.ts';
import { type Method, originalOf, patchResponse } from './patch.ts';
import { recognise } from './recognition.ts';
import { asksForEventStream } from './request.ts';
import { watchOutside } from './source.ts';
import { writeTimed } from './write-duration.ts';

// The functions below stand on ServerResponse.prototype. Each calls the original
// with what it was given and returns what that returns; what fails of ours is
// reported and not thrown. Without `handlers` they do nothing else.

let handlers: Handlers | undefined;

const REQUEST_START = 'http.server.request.start';

/**
 * Finds the event streams that Node's HTTP/1.1 servers send, those of servers
 * made before as well.
 *
 * @returns its undo: Node is as it was, open streams are let go.
 */
export function hookServer(monitor: ServerMonitor): () => void {
  const own = createHandlers(monitor);
  handlers = own;
  const unpatch = patchResponse({
    setHeader,
    writeHead,
    writeHeader,
    write,
    end,
    flushHeaders,
  });
  subscribe(REQUEST_START, onRequestStart);
  return () => {
    handlers = undefined;
    unsubscribe(REQUEST_START, onRequestStart);
    unpatch();
    own.release();
  };
}

/** Whether streams are watched now. */
export function isHooked(): boolean {
  return handlers !== undefined;
}

function onRequestStart(message: unknown): void {
  try {
    if (handlers === undefined) return;
    const { request, response } = message as {
      request: IncomingMessage;
      response: MeasuredResponse;
    };
    response[ARRIVED] = performance.now();
    if (asksForEventStream(request)) {
      EventEmitter.prototype.on.call(response, 'close', handlers.onEarlyClose);
    }
  } catch (error) {
    reportFailure(error);
  }
}

function setHeader(this: MeasuredResponse, ...args: unknown[]): unknown {
  const result = originalOf('setHeader').apply(this, args);
  try {
    if (
      handlers !== undefined &&
      isSameName(args[0], 'content-type') &&
      isEventStream(args[1])
    ) {
      watchOutside(this, handlers.outside);
    }
  } catch (error) {
    reportFailure(error);
  }
  return result;
}

function writeHead(this: MeasuredResponse, ...args: unknown[]): unknown {
  const result = originalOf('writeHead').apply(this, args);
  noteHead(this, args);
  return result;
}

/** An alias that Node 22 and 24 have. */
function writeHeader(this: MeasuredResponse, ...args: unknown[]): unknown {
  const result = originalOf('writeHeader').apply(this, args);
  noteHead(this, args);
  return result;
}

function noteHead(response: MeasuredResponse, args: unknown[]): void {
  try {
    if (handlers === undefined) return;
    const [, reason, headers] = args;
    const given = typeof reason === 'string' ? headers : (headers ?? reason);
    recognise(handlers.monitor, response, given, handlers);
  } catch (error) {
    reportFailure(error);
  }
}

function flushHeaders(this: MeasuredResponse, ...args: unknown[]): unknown {
  const result = originalOf('flushHeaders').apply(this, args);
  const connection = this[CONNECTION];
  if (connection !== undefined) handlers?.onHeadersSent(connection);
  return result;
}

function write(
  this: MeasuredResponse,
  chunk: unknown,
  encoding: unknown,
  callback: unknown,
): unknown {
  const original: Method = originalOf('write');
  if (handlers === undefined) {
    return original.call(this, chunk, encoding, callback);
  }
  const connection = this[CONNECTION];
  if (connection === undefined) {
    const accepted = original.call(this, chunk, encoding, callback);
    const made = this[CONNECTION];
    // The headers went out with this write: it is an event stream after all.
    if (made !== undefined) {
      handlers?.onWritten(made, chunk, encoding, accepted);
    }
    return accepted;
  }
  if (!handlers.beforeWrite(connection, chunk)) {
    return original.call(this, chunk, encoding, callback);
  }
  const accepted =
    --handlers.monitor.writeSampler.countdown > 0
      ? original.call(this, chunk, encoding, callback)
      : writeTimed(handlers.monitor, connection, original, [
          chunk,
          encoding,
          callback,
        ]);
  handlers?.onWritten(connection, chunk, encoding, accepted);
  return accepted;
}

function end(this: MeasuredResponse, ...args: unknown[]): unknown {
  const original = originalOf('end');
  if (handlers === undefined) return original.apply(this, args);
  const isKnown = this[CONNECTION] !== undefined || this[CANDIDATE] === true;
  const couldEnd = !isKnown || handlers.outside.canEnd(this);
  const result = original.apply(this, args);
  const connection = this[CONNECTION];
  if (connection !== undefined) {
    handlers?.onEnded(connection, args[0], args[1], couldEnd);
  }
  return result;
}
