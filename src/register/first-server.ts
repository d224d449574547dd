import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { Server as HttpServer } from 'node:http';
import { Server as HttpsServer } from 'node:https';
import { isEndpoint } from './endpoint.ts';

// Node publishes these since 22.12; a request is the second chance for servers
// that listened before we were loaded.
const LISTENING = 'tracing:net.server.listen:asyncEnd';
const REQUEST = 'http.server.request.start';
const LISTEN = 'tracing:net.server.listen:asyncStart';

/** Calls once when the process first serves HTTP. @returns its undo. */
export function onFirstServer(callback: () => void): () => void {
  const stop = (): void => {
    unsubscribe(LISTENING, onListening);
    unsubscribe(REQUEST, onRequest);
  };
  const onListening = (message: unknown): void => {
    const { server } = message as { server: object };
    if (!isHttpServer(server)) return;
    stop();
    callback();
  };
  const onRequest = (): void => {
    stop();
    callback();
  };
  subscribe(LISTENING, onListening);
  subscribe(REQUEST, onRequest);
  return stop;
}

/**
 * Calls whenever a server other than ours is about to take a port, before it
 * does. @returns its undo.
 */
export function onPortWanted(callback: (port: number) => void): () => void {
  const onListen = (message: unknown): void => {
    const { server, options } = message as {
      server: object;
      options?: { port?: unknown };
    };
    if (isEndpoint(server)) return;
    callback(Number(options?.port));
  };
  subscribe(LISTEN, onListen);
  return () => {
    unsubscribe(LISTEN, onListen);
  };
}

function isHttpServer(server: object): boolean {
  return (
    server instanceof HttpServer ||
    server instanceof HttpsServer ||
    // The classes of node:http2 are not exported.
    /^Http2(Secure)?Server$/.test(server.constructor.name)
  );
}
