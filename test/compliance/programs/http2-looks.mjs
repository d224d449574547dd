import { AsyncLocalStorage } from 'node:async_hooks';
import { on, once } from 'node:events';
import { createSecureServer, createServer } from 'node:http2';
import { inspect } from 'node:util';
import { onHttp2 } from '../http2.mjs';

// What an application finds when it looks: properties, methods, listeners.

const BIG = Buffer.alloc(256 * 1024, 'data: x\n\n');
const CALLED = [
  ...['respond', 'write', 'end', 'close', 'destroy', 'emit'],
  ...['setHeader', 'writeHead', 'flushHeaders'],
];

/** Serves by a response, and hands out all that belongs to it. */
const responds = (look, options) => (t) =>
  t.exchange(
    (req, res, server) => {
      const { stream } = res;
      return look(t, { req, res, out: res, stream, server });
    },
    {},
    options,
  );

/** Serves by a raw stream. */
const streams = (look, options) => (t) =>
  t.exchangeStream(
    (stream, _headers, server) => look(t, { out: stream, stream, server }),
    {},
    options,
  );

function start(t, { res, stream }) {
  if (res === undefined) t.call(stream, 'respond', { 'content-type': t.type });
  else t.call(res, 'setHeader', 'Content-Type', t.type);
}

/** An event stream that is blocked for a while. */
function send(t, all) {
  start(t, all);
  const { out, stream } = all;
  t.call(out, 'write', BIG, t.callback('written'));
  void t.emitted(stream, 'drain').then(() => t.call(out, 'end'));
}

/** Every property that a look-up can find, and which of them a loop names. */
function describe(object) {
  const found = new Map();
  for (let at = object; at !== null; at = Object.getPrototypeOf(at)) {
    for (const key of Object.getOwnPropertyNames(at)) {
      if (found.has(key)) continue;
      const own = Object.getOwnPropertyDescriptor(at, key);
      const { value, get, set, ...attributes } = own;
      const functions = [value, get, set].map((f) =>
        typeof f === 'function' ? `${f.name}/${f.length}` : typeof f,
      );
      found.set(key, `${key}: ${functions} ${JSON.stringify(attributes)}`);
    }
  }
  return [...found.values()].sort();
}

function listNames(object) {
  const names = [];
  for (const name in object) names.push(name);
  return `${Object.keys(object).join()} | ${names.sort().join()}`;
}

/** What cannot be compared: own names, and what the recorder put there. */
const isForeign = (line) => !/sse\.|Symbol|emit: /.test(line);

function inspectAll(all) {
  return Object.values(all)
    .flatMap((each) => inspect(each, { depth: 0 }).split('\n'))
    .filter(isForeign);
}

const looks = (begin) => ({
  'what a look-up finds': begin((t, all) => {
    for (const each of Object.values(all)) {
      for (const found of describe(each)) t.log(found);
    }
    send(t, all);
    for (const found of describe(all.out)) t.log(found);
  }),
  'what a loop names': begin((t, all) => {
    for (const each of Object.values(all)) t.log(listNames(each));
    send(t, all);
    for (const each of Object.values(all)) t.log(listNames(each));
  }),
  'what inspect shows': begin((t, { stream, out, ...rest }) => {
    send(t, { stream, out, ...rest });
    const lines = inspectAll({ stream, out });
    // Addresses, and how far it has come.
    for (const line of lines) t.log(line.replace(/\d+/g, '*'));
  }),
  'methods without their object': begin((t, all) => {
    for (const method of CALLED.filter((name) => name in all.out)) {
      for (const self of [undefined, null, {}, 7, 0, '']) {
        const detached = { [method]: all.out[method].bind(self) };
        t.call(detached, method, 'a', 'b');
        t.call(detached, method);
      }
    }
    send(t, all);
  }),
  'methods as constructors': begin((t, all) => {
    for (const method of CALLED.filter((name) => name in all.out)) {
      t.call({ [method]: () => typeof new all.out[method]() }, method);
    }
    send(t, all);
  }),
  'behind a Proxy': begin((t, all) => {
    start(t, all);
    const proxy = new Proxy(all.out, {});
    t.call(proxy, 'write', 'data: 1\n\n', t.callback('written'));
    t.call(all.out, 'end', t.callback('ended'));
  }),
  'an object that inherits': begin((t, all) => {
    start(t, all);
    const derived = Object.create(all.out);
    t.call(derived, 'write', 'data: 1\n\n', t.callback('written'));
    t.log(Object.getOwnPropertySymbols(derived).map(String).join());
    t.call(all.out, 'end', t.callback('ended'));
  }),
});

const listeners = (begin) => ({
  'an application counts listeners': begin((t, all) => {
    const { session } = all.stream;
    const socket = session.socket;
    const count = () => {
      for (const each of [...Object.values(all), session]) {
        t.log(each.eventNames().map(String).sort().join());
        const events = ['close', 'drain', 'finish', 'pipe', 'stream', 'error'];
        t.log(events.map((event) => each.listenerCount(event)).join());
      }
      t.log(`${all.out.getMaxListeners()} ${typeof socket}`);
    };
    count();
    all.stream.on('close', count);
    send(t, all);
    count();
  }),
  '10 listeners to each event': begin((t, all) => {
    for (const event of ['close', 'drain', 'pipe', 'finish', 'aborted']) {
      for (let i = 0; i < 10; i++) all.out.on(event, () => {});
    }
    send(t, all);
  }),
  'listeners are called in their order': begin((t, all) => {
    for (const event of ['finish', 'close', 'drain']) {
      all.out.on(event, t.callback(`${event}, first`));
      all.out.once(event, t.callback(`${event}, second`));
      all.out.prependListener(event, t.callback(`${event}, before`));
    }
    send(t, all);
  }),
  'an application removes all listeners': begin((t, all) => {
    start(t, all);
    t.call(all.out, 'write', 'data: 1\n\n');
    for (const event of ['drain', 'pipe', 'aborted']) {
      all.out.removeAllListeners(event);
    }
    t.call(all.out, 'end', t.callback('ended'));
  }),
  'events as promises and as iterators': begin(async (t, all) => {
    const closes = on(all.stream, 'close');
    once(all.stream, 'finish').then(() => t.log('finish as a promise'));
    send(t, all);
    await closes.next();
    t.log('close as an iterator');
    await closes.return();
  }),
  'asynchronous context in callbacks and listeners': begin((t, all) => {
    const storage = new AsyncLocalStorage();
    const store = (at) => () => t.log(`${at} has ${storage.getStore()}`);
    const { out } = all;
    out.on('close', store('close'));
    storage.run('outer', () => {
      start(t, all);
      out.on('finish', store('finish'));
      t.call(out, 'write', 'data: 1\n\n', store('the first callback'));
    });
    storage.run('inner', () => {
      out.once('drain', store('drain'));
      out.once('drain', () => t.call(out, 'end', store('the last callback')));
      t.call(out, 'write', BIG, store('the second callback'));
    });
  }),
  'what emit returns': begin((t, all) => {
    start(t, all);
    for (const event of ['own', 'timeout', 'aborted', 'pipe']) {
      t.log(`${all.server.emit(`own-${event}`)} ${all.out.emit('own')}`);
    }
    all.out.on('own', t.callback('own'));
    t.log(`${all.out.emit('own', 1, 2)} ${all.server.emit('timeout', {})}`);
    t.call(all.out, 'end');
  }),
});

function both(table) {
  const of = (kind, begin) =>
    Object.entries(table(begin)).map(([name, run]) => [
      `${kind}: ${name}`,
      run,
    ]);
  return Object.fromEntries([
    ...of('response', responds),
    ...of('stream', streams),
  ]);
}

const servers = {
  'what a look-up on servers finds': (t) => {
    for (const server of [createServer(), createSecureServer()]) {
      for (const found of describe(server)) t.log(found);
      t.log(listNames(server));
      t.log(server.eventNames().map(String).join());
    }
  },
  'a server that is told of strange streams': async (t) => {
    const server = await t.startServer();
    t.call(server, 'emit', 'stream');
    t.call(server, 'emit', 'stream', {}, {}, 0, []);
    t.call(server, 'emit', 'request');
    t.call(server, 'emit', 'request', {}, {});
    t.call(server, 'emit', 'timeout');
  },
};

export const programs = onHttp2({
  // First: the hook meets no other stream before the strange ones.
  ...servers,
  ...both(looks),
  ...both(listeners),
});
