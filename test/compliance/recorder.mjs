import { once } from 'node:events';
import { createServer } from 'node:http';
import { createClient } from './client.mjs';
import { show, showBytes } from './show.mjs';

/** What a program is given: servers, clients, and a log of all that happens. */
export function createRecorder(type) {
  const lanes = {};
  const waiting = new Set();
  const labels = new Map();
  const counts = new Map();
  const servers = [];
  const clients = [];
  const sockets = [];
  const parts = [];

  const log = (line, lane = 'application') => {
    lanes[lane] ??= [];
    lanes[lane].push(line);
    for (const look of waiting) look(line);
  };
  const name = (kind) => {
    counts.set(kind, (counts.get(kind) ?? 0) + 1);
    return `${kind}${counts.get(kind)}`;
  };
  const showAll = (values) =>
    values.map((value) => show(value, labels)).join(', ');

  /** Logs the events of an emitter; a listener would change what it does. */
  const watch = (emitter, kind) => {
    if (labels.has(emitter)) return;
    const label = name(kind);
    labels.set(emitter, label);
    const { emit } = emitter;
    emitter.emit = function (event, ...args) {
      if (isWanted(kind, event)) {
        const lane = LANES_OF_THEIR_OWN.has(kind) ? label : undefined;
        log(`${label} emits ${String(event)}(${showAll(args)})`, lane);
      }
      return emit.call(this, event, ...args);
    };
  };

  const recorder = {
    type,
    log,
    watch,
    lanes,
    showAll,

    /** Takes on what has servers and clients of its own: another protocol. */
    adopt(part) {
      parts.push(part);
    },

    /** Calls a method; logs what it returned or threw. */
    call(target, method, ...args) {
      const label = labels.get(target) ?? 'unwatched';
      const line = `${label}.${method}(${showAll(args)})`;
      try {
        const result = target[method](...args);
        log(`${line} -> ${show(result, labels)}`);
        return result;
      } catch (error) {
        log(`${line} threw ${show(error, labels)}`);
        return undefined;
      }
    },

    /** A callback that logs what it is called with. */
    callback(label) {
      return function (...args) {
        // Without a label it is something of Node's own.
        const self = labels.get(this) ?? typeof this;
        log(`callback ${label}(${showAll(args)}) on ${self}`);
      };
    },

    /** Logs all that a response tells about itself. */
    state(res) {
      const { statusCode, statusMessage, headersSent, chunkedEncoding } = res;
      const { writableEnded, writableFinished, writableLength } = res;
      const { writableNeedDrain, writableCorked, destroyed, errored } = res;
      log(
        `${labels.get(res)} is ${showAll([
          { statusCode, statusMessage, headersSent, chunkedEncoding },
          { writableEnded, writableFinished, writableLength },
          { writableNeedDrain, writableCorked, destroyed },
          errored,
          { ...res.getHeaders() },
          res.getRawHeaderNames(),
        ])}`,
      );
    },

    /** Starts a server whose requests, responses and sockets are watched. */
    async serve(listener, options = {}) {
      const make = options.createServer ?? createServer;
      const server = make(options, (req, res) => {
        watch(req, 'req');
        watch(res, 'res');
        return listener(req, res);
      });
      watch(server, 'server');
      server.on(options.connectionEvent ?? 'connection', (socket) => {
        watch(socket, 'socket');
        sockets.push(socket);
      });
      server.listen(0, '127.0.0.1');
      await once(server, 'listening');
      servers.push(server);
      return server;
    },

    /** A client of its own socket. */
    async connect(server, options) {
      const client = await createClient(server.address().port, options);
      clients.push(client);
      return client;
    },

    /** A request as text; it asks the server to close afterwards. */
    request({ method = 'GET', version = '1.1', headers = {}, body = '' } = {}) {
      const all = { Host: 'a', Accept: type, Connection: 'close', ...headers };
      const head = Object.entries(all)
        .filter(([, value]) => value !== undefined)
        .map(([key, value]) => `${key}: ${value}\r\n`);
      return `${method} /events HTTP/${version}\r\n${head.join('')}\r\n${body}`;
    },

    /** One request and its response, until the connection is closed. */
    async exchange(listener, request, options) {
      const server = await recorder.serve(listener, options);
      const client = await recorder.connect(server, options);
      client.socket.write(recorder.request(request));
      await client.closed;
      return server;
    },

    /** Resolves once a line that begins like this was logged. */
    async until(start) {
      const isThere = (line) => line.startsWith(start);
      if (Object.values(lanes).flat().some(isThere)) return;
      await new Promise((resolve) => {
        const look = (line) => {
          if (!isThere(line)) return;
          waiting.delete(look);
          resolve();
        };
        waiting.add(look);
      });
    },

    /** Resolves once a watched emitter has emitted an event. */
    emitted(emitter, event) {
      return recorder.until(`${labels.get(emitter)} emits ${event}(`);
    },

    /** Waits until all is closed; then the log is whole. */
    async finish() {
      for (const { socket } of clients) if (!socket.destroyed) socket.end();
      await Promise.all(clients.map(({ closed }) => closed));
      await Promise.all(
        sockets.map((socket) => recorder.emitted(socket, 'close')),
      );
      for (const server of servers) {
        if (!server.listening) continue;
        server.close();
        await once(server, 'close');
      }
      for (const part of parts) await part.finish();
      // What comes in the ticks after the last `close` belongs to it.
      for (let i = 0; i < 3; i++) await new Promise(setImmediate);
      recorder.logClients();
      for (const part of parts) part.logClients();
    },

    /** Logs what clients saw: at the end, since the network has its own pace. */
    logClients() {
      clients.forEach(({ received, errors, isHeard }, index) => {
        const label = `client${index + 1}`;
        for (const error of errors) log(`saw ${error}`, label);
        if (isHeard) log(showBytes(received()), label);
      });
    },

    /** Ends what is left of a program that hangs. */
    abandon() {
      log('did not end in time');
      for (const { socket } of clients) socket.destroy();
      for (const server of servers) {
        server.close();
        server.closeAllConnections();
      }
      for (const part of parts) part.abandon();
      recorder.logClients();
    },
  };
  return recorder;
}

/** A compressor works on a thread of its own: it keeps its own order only. */
const LANES_OF_THEIR_OWN = new Set(['gzip']);

/** How often these come depends on how TCP cut the bytes. */
const BY_THE_NETWORK = new Set(['data', 'readable', 'resume', 'pause']);
const OF_SOCKETS = new Set(['drain', 'timeout', 'error', 'close']);
const OF_SERVERS = new Set(['listening', 'connection', 'secureConnection']);
const OF_SESSIONS = new Set([
  'close',
  'error',
  'frameError',
  'goaway',
  'timeout',
]);

function isWanted(kind, event) {
  if (kind === 'socket') return OF_SOCKETS.has(event);
  if (kind === 'session') return OF_SESSIONS.has(event);
  if (kind === 'server') return !OF_SERVERS.has(event);
  return kind === 'res' || !BY_THE_NETWORK.has(event);
}
