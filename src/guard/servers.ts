import {
  Server as HttpServer,
  type IncomingMessage,
  type ServerResponse,
} from 'node:http';
import { createSecureServer, createServer } from 'node:http2';
import { Server as HttpsServer } from 'node:https';
import { attempt } from './failure.ts';
import type { GuardedRequest, GuardedResponse } from './types.ts';

type Emit = (this: unknown, event: unknown, ...args: unknown[]) => boolean;

/** What is asked of a request before the application sees it. */
export interface Gate {
  admit(request: GuardedRequest, response: GuardedResponse): boolean;
  /** Answers a request that is the guard's own. @returns whether it did. */
  answer(request: IncomingMessage, response: ServerResponse): boolean;
  /** HTTP/2's compatible response of a stream that was admitted. */
  meet(response: GuardedResponse): void;
}

/** Asks for every request of every server in this process. @returns its undo. */
export function guardServers(gate: Gate): () => void {
  const http2 = [createServer(), createSecureServer()].map((server) =>
    Object.getPrototypeOf(server),
  );
  const undo = [
    wrapEmit(HttpServer.prototype, onHttp1),
    wrapEmit(HttpsServer.prototype, onHttp1),
    ...http2.map((prototype) => wrapEmit(prototype, onHttp2)),
  ];
  return () => {
    for (const step of undo) step();
  };

  function onHttp1(event: unknown, args: unknown[]): boolean {
    if (event !== 'request') return true;
    const [request, response] = args as [IncomingMessage, ServerResponse];
    if (isAnswered(request, response)) return false;
    return gate.admit(request, response);
  }

  function onHttp2(event: unknown, args: unknown[]): boolean {
    if (event === 'stream') {
      return gate.admit(args[1] as GuardedRequest, args[0] as GuardedResponse);
    }
    if (event !== 'request') return true;
    const [request, response] = args as [IncomingMessage, ServerResponse];
    if (isAnswered(request, response)) return false;
    // With `allowHTTP1` this server has requests of both versions.
    if (!('stream' in response)) return gate.admit(request, response);
    attempt('a request', () => gate.meet(response));
    return true;
  }

  function isAnswered(
    request: IncomingMessage,
    response: ServerResponse,
  ): boolean {
    return attempt('readiness', () => gate.answer(request, response)) === true;
  }
}

function wrapEmit(
  prototype: object,
  isLetIn: (event: unknown, args: unknown[]) => boolean,
): () => void {
  const target = prototype as { emit: Emit };
  const own = Object.getOwnPropertyDescriptor(prototype, 'emit');
  const parent = Object.getPrototypeOf(prototype) as { emit: Emit };
  const original = own?.value as Emit | undefined;
  let isOn = true;
  function emit(this: unknown, event: unknown, ...args: unknown[]): boolean {
    // It was heard, though by nobody else.
    if (isOn && !isLetIn(event, args)) return true;
    return (original ?? parent.emit).call(this, event, ...args);
  }
  Object.defineProperty(prototype, 'emit', {
    configurable: true,
    writable: true,
    enumerable: own?.enumerable ?? true,
    value: emit,
  });
  return () => {
    isOn = false;
    if (target.emit !== emit) return;
    if (own === undefined) Reflect.deleteProperty(prototype, 'emit');
    else Object.defineProperty(prototype, 'emit', own);
  };
}
