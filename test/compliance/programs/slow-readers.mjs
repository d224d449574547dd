import { Readable } from 'node:stream';
import { onBoth } from '../tables.mjs';

const MIB = 1024 * 1024;
/** More than the kernel keeps for a client that does not read. */
const BIG = Buffer.alloc(16 * MIB, 'data: x\n\n');

/**
 * A response that is blocked, since its client does not read until told to.
 *
 * @param handle - returns once the client may read.
 */
const blocks = (handle) => async (t) => {
  let served;
  const isServed = new Promise((resolve) => {
    served = resolve;
  });
  const server = await t.serve(async (_req, res) => {
    t.call(res, 'writeHead', 200, { 'Content-Type': t.type });
    await handle(t, res);
    // Also what the kernel takes at once is taken now.
    for (let i = 0; i < 3; i++) await new Promise(setImmediate);
    served();
  });
  const client = await t.connect(server, { isPaused: true });
  client.socket.write(t.request());
  await isServed;
  client.socket.resume();
  await client.closed;
};

export const programs = onBoth({
  'a write that is refused, drain, an end': blocks((t, res) => {
    res.once('drain', () => {
      t.state(res);
      t.call(res, 'end', 'data: end\n\n');
    });
    t.call(res, 'write', BIG, t.callback('big'));
    t.state(res);
  }),
  'writes after a refusal': blocks((t, res) => {
    t.call(res, 'write', BIG, t.callback('big'));
    t.call(res, 'write', 'data: 1\n\n', t.callback('first'));
    t.call(res, 'write', 'data: 2\n\n');
    t.state(res);
    res.on('drain', () => {
      t.call(res, 'write', 'data: 3\n\n', t.callback('third'));
      t.call(res, 'end');
    });
  }),
  'an end while blocked': blocks((t, res) => {
    t.call(res, 'write', BIG);
    t.call(res, 'end', 'data: end\n\n', t.callback('ended'));
    t.state(res);
  }),
  'many writes in a tick, drain, as many again': blocks((t, res) => {
    const text = `data: ${'x'.repeat(1000)}\n\n`;
    const writeAll = () => {
      for (let i = 0; i < 100; i++) t.call(res, 'write', text, t.callback(i));
    };
    writeAll();
    res.once('drain', () => {
      writeAll();
      res.once('drain', () => t.call(res, 'end'));
    });
  }),
  'a refusal while corked': blocks((t, res) => {
    t.call(res, 'cork');
    t.call(res, 'write', BIG, t.callback('big'));
    t.call(res, 'write', 'data: 1\n\n', t.callback('first'));
    t.state(res);
    t.call(res, 'uncork');
    t.state(res);
    setImmediate(() => t.call(res, 'end'));
  }),
  'a pipe that has to wait': blocks((_t, res) => {
    Readable.from([BIG, BIG, Buffer.from('data: end\n\n')]).pipe(res);
  }),
  'no listeners are left while blocked': blocks((t, res) => {
    t.call(res, 'write', BIG);
    res.removeAllListeners('drain');
    t.call(res, 'write', 'data: 1\n\n', t.callback('first'));
    setImmediate(() => t.call(res, 'end'));
  }),
  'destroyed while blocked': blocks((t, res) => {
    t.call(res, 'write', BIG, t.callback('big'));
    t.call(res, 'write', 'data: 1\n\n', t.callback('first'));
    t.call(res, 'destroy');
  }),
  'a small high-water mark': async (t) => {
    await t.exchange(
      (_req, res) => {
        t.call(res, 'writeHead', 200, { 'Content-Type': t.type });
        t.call(res, 'write', 'data: 1\n\n', t.callback('first'));
        t.call(res, 'write', 'data: 2\n\n');
        t.state(res);
        res.once('drain', () => t.call(res, 'end'));
      },
      {},
      { highWaterMark: 10 },
    );
  },
});
