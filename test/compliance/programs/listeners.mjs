import { AsyncLocalStorage } from 'node:async_hooks';
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { on, once } from 'node:events';
import { onBoth } from '../tables.mjs';

// An application sees its own listeners only: what the hook needs must not use
// up what an emitter takes before Node warns of a leak.

const BIG = Buffer.alloc(4 * 1024 * 1024, 'data: x\n\n');

/** Adds many listeners of an application's own. */
function listen(emitter, event, times) {
  for (let i = 0; i < times; i++) emitter.on(event, () => {});
}

/** A blocked stream, to which the application listens before or after. */
const crowds = (event, times) =>
  onBoth({
    [`${times} listeners to ${event}, added first`]: (t) =>
      t.exchange((_req, res) => {
        listen(res, event, times);
        stream(t, res);
      }),
    [`${times} listeners to ${event}, added while it streams`]: (t) =>
      t.exchange((_req, res) => {
        stream(t, res);
        listen(res, event, times);
      }),
  });

/** A response that is blocked for a while. */
function stream(t, res) {
  t.call(res, 'setHeader', 'Content-Type', t.type);
  t.call(res, 'write', BIG);
  void t.emitted(res, 'drain').then(() => t.call(res, 'end'));
}

const crowded = {
  ...crowds('close', 9),
  ...crowds('close', 10),
  ...crowds('close', 11),
  ...crowds('drain', 10),
  ...crowds('pipe', 10),
  ...crowds('socket', 10),
  ...crowds('finish', 9),
};

const others = onBoth({
  '9 listeners to timeout on the socket': (t) =>
    t.exchange((req, res) => {
      // Node has one there itself.
      listen(req.socket, 'timeout', 9);
      stream(t, res);
    }),
  '10 listeners on each of two pipelined responses': async (t) => {
    const server = await t.serve((_req, res) => {
      listen(res, 'close', 10);
      listen(res, 'socket', 10);
      listen(res, 'finish', 9);
      t.call(res, 'setHeader', 'Content-Type', t.type);
      t.call(res, 'write', 'data: 1\n\n');
      t.call(res, 'end');
    });
    const client = await t.connect(server);
    const request = t.request({ headers: { Connection: undefined } });
    client.socket.write(request + t.request());
    await client.closed;
  },
  'a listener to newListener and removeListener': (t) =>
    t.exchange((req, res) => {
      for (const [label, emitter] of Object.entries({ res, req })) {
        emitter.on('newListener', (event) => t.log(`${label}: ${event} added`));
        emitter.on('removeListener', (event) =>
          t.log(`${label}: ${event} removed`),
        );
      }
      stream(t, res);
    }),
  'an application counts listeners': (t) =>
    t.exchange((req, res) => {
      const count = () => {
        for (const emitter of [req, res, req.socket]) {
          t.log(emitter.eventNames().map(String).sort().join());
          const events = ['close', 'drain', 'finish', 'pipe', 'timeout'];
          t.log(events.map((event) => emitter.listenerCount(event)).join());
        }
        t.log(String(res.getMaxListeners()));
      };
      count();
      res.on('close', count);
      stream(t, res);
      count();
    }),
  'an application removes all listeners': (t) =>
    t.exchange((_req, res) => {
      t.call(res, 'setHeader', 'Content-Type', t.type);
      t.call(res, 'write', 'data: 1\n\n');
      for (const event of ['close', 'drain', 'pipe']) {
        res.removeAllListeners(event);
      }
      t.call(res, 'write', 'data: 2\n\n', t.callback('written'));
      t.call(res, 'end');
    }),
  'listeners are called in their order, on the response': (t) =>
    t.exchange((_req, res) => {
      for (const event of ['finish', 'close', 'drain']) {
        res.on(event, t.callback(`${event}, first`));
        res.once(event, t.callback(`${event}, second`));
        res.prependListener(event, t.callback(`${event}, before`));
      }
      stream(t, res);
    }),
  'a listener that throws': (t) =>
    t.exchange((_req, res) => {
      res.on('close', () => {
        throw new RangeError('by the application');
      });
      res.on('close', t.callback('not reached'));
      stream(t, res);
    }),
  'events as promises and as iterators': (t) =>
    t.exchange(async (_req, res) => {
      const closes = on(res, 'close');
      once(res, 'finish').then(() => t.log('finish as a promise'));
      stream(t, res);
      await closes.next();
      t.log('close as an iterator');
      await closes.return();
    }),
  'a response that catches rejections': (t) =>
    t.exchange(
      (_req, res) => {
        res.on('close', async () => {
          throw new RangeError('by the application');
        });
        stream(t, res);
      },
      {},
      { captureRejections: true },
    ),
  'a handler that rejects': (t) =>
    t.exchange(async (_req, res) => {
      stream(t, res);
      await Promise.reject(new RangeError('by the application'));
    }),
  'a handler that throws, and a listener that ends': (t) =>
    t.exchange((_req, res) => {
      process.once('uncaughtException', () => t.call(res, 'end'));
      t.call(res, 'setHeader', 'Content-Type', t.type);
      t.call(res, 'write', 'data: 1\n\n');
      throw new RangeError('by the application');
    }),
  'asynchronous context in callbacks and listeners': (t) => {
    const storage = new AsyncLocalStorage();
    const store = (where) => () => t.log(`${where} has ${storage.getStore()}`);
    return t.exchange((_req, res) => {
      res.on('close', store('close'));
      storage.run('outer', () => {
        t.call(res, 'setHeader', 'Content-Type', t.type);
        res.on('finish', store('finish'));
        t.call(res, 'write', 'data: 1\n\n', store('the first callback'));
      });
      storage.run('inner', () => {
        t.call(res, 'write', BIG, store('the second callback'));
        res.once('drain', store('drain'));
        res.once('drain', () => t.call(res, 'end', store('the last callback')));
      });
    });
  },
  "Node's own channels": async (t) => {
    const names = ['created', 'finish'].map((n) => `http.server.response.${n}`);
    names.push('http.server.request.start');
    const tell = (message, name) =>
      t.log(`${name} with ${Object.keys(message).sort()}`);
    for (const name of names) subscribe(name, tell);
    await t.exchange((_req, res) => stream(t, res));
    for (const name of names) unsubscribe(name, tell);
  },
});

export const programs = { ...crowded, ...others };
