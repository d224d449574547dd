import { OutgoingMessage, request, ServerResponse } from 'node:http';
import { inherits } from 'node:util';
import { JSON_TYPE, onBoth, onStreams } from '../tables.mjs';

const CALLED = ['setHeader', 'writeHead', 'flushHeaders', 'write', 'end'];
const ASKED = ['getHeader', 'getHeaders', 'hasHeader', 'removeHeader'];

function stream(t, res) {
  t.call(res, 'setHeader', 'Content-Type', t.type);
  t.call(res, 'setHeader', 'Cache-Control', 'no-cache');
  t.call(res, 'flushHeaders');
  t.call(res, 'write', 'data: 1\n\n', t.callback('written'));
  t.call(res, 'end', 'data: 2\n\n', t.callback('ended'));
}

/** Every property that a look-up on an object can find, by its owner's depth. */
function lookUp(object) {
  const found = new Map();
  for (let at = object; at !== null; at = Object.getPrototypeOf(at)) {
    for (const key of Object.getOwnPropertyNames(at)) {
      if (!found.has(key)) {
        found.set(key, Object.getOwnPropertyDescriptor(at, key));
      }
    }
  }
  return [...found].sort(([a], [b]) => (a < b ? -1 : 1));
}

function describe([key, { value, get, set, ...attributes }]) {
  const functions = [value, get, set].map((f) =>
    typeof f === 'function' ? `${f.name}/${f.length}` : typeof f,
  );
  return `${key}: ${functions} ${JSON.stringify(attributes)}`;
}

/** A subclass that tells of every call, as a framework's may act on it. */
function createTalkative(t) {
  class Talkative extends ServerResponse {}
  for (const method of [...CALLED, ...ASKED]) {
    Talkative.prototype[method] = function (...args) {
      t.log(`subclass: ${method} with ${args.length}`);
      return ServerResponse.prototype[method].apply(this, args);
    };
  }
  return Talkative;
}

/** Puts a method on a prototype that tells of its calls, until undone. */
function patch(t, prototype, method) {
  const own = Object.getOwnPropertyDescriptor(prototype, method);
  const original = prototype[method];
  // To time a write of an event stream, the hook gives it a callback: who stands
  // between it and Node sees that. Anything else is passed on as it came.
  const isPassedOn = t.type === JSON_TYPE;
  const patched = function (...args) {
    t.log(`patched ${method}${isPassedOn ? ` with ${args.length}` : ''}`);
    return original.apply(this, args);
  };
  Object.defineProperty(prototype, method, {
    configurable: true,
    enumerable: true,
    writable: true,
    ...own,
    value: patched,
  });
  return () => {
    if (prototype[method] !== patched) t.log(`somebody is on ${method}`);
    if (own === undefined) delete prototype[method];
    else Object.defineProperty(prototype, method, own);
  };
}

/** A program while somebody else has patched a prototype too. */
const patches = (prototype) => async (t) => {
  const undos = CALLED.map((method) => patch(t, prototype, method));
  await t.exchange((_req, res) => stream(t, res));
  for (const undo of undos) undo();
  await t.exchange((_req, res) => stream(t, res));
};

const looks = onBoth({
  'what a look-up on a response finds': (t) =>
    t.exchange((_req, res) => {
      for (const found of lookUp(res)) t.log(describe(found));
      stream(t, res);
      t.log(Object.getOwnPropertyNames(res).join());
      t.log(Object.keys(res).join());
      const names = [];
      for (const name in res) names.push(name);
      t.log(names.sort().join());
    }),
  'which methods are one and the same': (t) =>
    t.exchange((_req, res) => {
      const methods = lookUp(res).filter(
        ([, { value }]) => typeof value === 'function',
      );
      const same = Map.groupBy(methods, ([, { value }]) => value);
      const names = [...same.values()].map((each) =>
        each.map(([name]) => name),
      );
      t.log(names.filter(({ length }) => length > 1).join('; '));
      stream(t, res);
    }),
  'methods without their response': (t) =>
    t.exchange((_req, res) => {
      for (const method of CALLED) {
        for (const self of [undefined, {}, 7]) {
          const detached = { [method]: res[method].bind(self) };
          t.call(detached, method, 'a', 'b');
          t.call(detached, method);
        }
      }
      stream(t, res);
    }),
  'methods as constructors': (t) =>
    t.exchange((_req, res) => {
      for (const method of CALLED) {
        t.call({ [method]: () => typeof new res[method]() }, method);
      }
      stream(t, res);
    }),
});

const derived = onBoth({
  'a subclass': (t) =>
    t.exchange(
      (_req, res) => {
        t.log(res.constructor.name);
        stream(t, res);
      },
      {},
      { ServerResponse: createTalkative(t) },
    ),
  'a subclass that writes its own head': (t) =>
    t.exchange(
      (_req, res) => stream(t, res),
      {},
      {
        ServerResponse: class extends ServerResponse {
          _implicitHeader() {
            t.call(this, 'writeHead', 202);
          }
        },
      },
    ),
  'a subclass in the old style': (t) => {
    function Old(...args) {
      ServerResponse.apply(this, args);
    }
    inherits(Old, ServerResponse);
    Old.prototype.write = function (...args) {
      t.log('subclass: write');
      return ServerResponse.prototype.write.apply(this, args);
    };
    return t.exchange(
      (_req, res) => stream(t, res),
      {},
      { ServerResponse: Old },
    );
  },
  'a response whose prototype is replaced': (t) =>
    t.exchange((_req, res) => {
      // What Express does.
      const prototype = Object.create(ServerResponse.prototype);
      prototype.send = function (text) {
        return t.call(this, 'end', text);
      };
      Object.setPrototypeOf(res, prototype);
      t.call(res, 'setHeader', 'Content-Type', t.type);
      t.call(res, 'send', 'data: 1\n\n');
    }),
  'a response behind a Proxy': (t) =>
    t.exchange((_req, res) => {
      const proxy = new Proxy(res, {});
      t.call(proxy, 'setHeader', 'Content-Type', t.type);
      t.call(proxy, 'write', 'data: 1\n\n', t.callback('written'));
      t.call(proxy, 'write', 'data: 2\n\n', t.callback('written'));
      // Node does not take the proxy's end for the response's.
      t.call(res, 'end', t.callback('ended'));
    }),
  'an object that inherits from a response': (t) =>
    t.exchange((_req, res) => {
      const derived = Object.create(res);
      t.call(res, 'setHeader', 'Content-Type', t.type);
      t.call(res, 'flushHeaders');
      t.call(derived, 'write', Buffer.alloc(1024 * 1024), t.callback('big'));
      t.log(`${derived.writableNeedDrain} ${res.writableNeedDrain}`);
      t.log(Object.getOwnPropertySymbols(derived).map(String).join());
      t.call(res, 'end', t.callback('ended'));
    }),
  'a request and a response that are not written by a server': async (t) => {
    const server = await t.serve((_req, res) => stream(t, res));
    const headers = { 'Content-Type': t.type, Connection: 'close' };
    const { port } = server.address();
    const req = request({ port, method: 'POST', headers });
    t.watch(req, 'outgoing');
    t.call(req, 'write', 'data: 1\n\n', t.callback('request written'));
    t.call(req, 'end', 'data: 2\n\n', t.callback('request ended'));
    const response = await new Promise((r) => req.once('response', r));
    t.log(await response.setEncoding('utf8').toArray().then(String));
  },
});

const patched = {
  ...onBoth({
    'somebody patches ServerResponse.prototype': patches(
      ServerResponse.prototype,
    ),
    'somebody patches OutgoingMessage.prototype': patches(
      OutgoingMessage.prototype,
    ),
  }),
  ...onStreams({
    'somebody patches in between': async (t) => {
      const server = await t.serve(async (_req, res) => {
        t.call(res, 'setHeader', 'Content-Type', t.type);
        t.call(res, 'write', 'data: 1\n\n');
        const undo = patch(t, ServerResponse.prototype, 'write');
        t.call(res, 'write', 'data: 2\n\n', t.callback('written'));
        undo();
        t.call(res, 'write', 'data: 3\n\n');
        t.call(res, 'end');
      });
      const client = await t.connect(server);
      client.socket.write(t.request());
      await client.closed;
    },
  }),
};

export const programs = { ...looks, ...derived, ...patched };
