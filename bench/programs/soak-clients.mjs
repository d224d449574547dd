// Clients of the soak: raw sockets that read and throw away, and leave in one of five
// ways.
import { once } from 'node:events';
import { connect } from 'node:net';
import { obey, tellStarted } from './parent.mjs';
import { times } from './times.mjs';

/** What is read: a callback that returns false reads no further. */
const buffer = Buffer.allocUnsafe(16_384);
const firstBytes = Buffer.allocUnsafe(64);

const KINDS = {
  /** A page that is closed. */
  leaves: {
    route: 'events',
    isReader: true,
    close: ({ socket }) => socket.end(),
  },
  /** A process that is killed. */
  resets: {
    route: 'events',
    isReader: true,
    close: ({ socket }) => socket.resetAndDestroy(),
  },
  /** Stops reading; gone with bytes unread. */
  unread: { route: 'reports', close: ({ socket }) => socket.destroy() },
  /** The same, and the server has more than the kernel takes. */
  blocks: { route: 'exports', close: ({ socket }) => socket.destroy() },
  /** Stays until the server ends the stream. */
  ended: {
    route: 'answers',
    isReader: true,
    close: ({ id }, control) =>
      control.write(`DELETE /answers/${id} HTTP/1.1\r\nHost: soak\r\n\r\n`),
  },
};
/** Few block: each holds some MB in the kernel. */
const BLOCKS_EVERY = 512;
const IN_TURN = [KINDS.leaves, KINDS.ended, KINDS.resets, KINDS.unread];

function kindOf(number) {
  if (number % BLOCKS_EVERY === 0) return KINDS.blocks;
  return IN_TURN[number % IN_TURN.length];
}

let targets = [];
let own = 0;
const held = [];
let opened = 0;
let completed = 0;
/** Where the next one leaves: the oldest. */
let oldest = 0;

/** @returns a stream whose first bytes are here. */
async function open() {
  const number = opened++;
  const { host, port } = targets[number % targets.length];
  const kind = kindOf(number);
  const id = own * 1e10 + number;
  const stream = { kind, id, isLeaving: false, socket: undefined };
  await new Promise((resolve) => {
    const callback = () => {
      resolve();
      return kind.isReader === true;
    };
    const onread = { buffer: kind.isReader ? buffer : firstBytes, callback };
    stream.socket = connect({ host, port, onread });
    stream.socket.on('error', (error) => {
      if (!stream.isLeaving) throw error;
    });
    stream.socket.on('close', () => {
      if (!stream.isLeaving) throw new Error(`/${kind.route}/${id} was cut`);
    });
    const end = kind === KINDS.ended ? 'Connection: close\r\n' : '';
    stream.socket.write(
      `GET /${kind.route}/${id} HTTP/1.1\r\nHost: soak\r\n${end}Accept: text/event-stream\r\n\r\n`,
    );
  });
  return stream;
}

async function close(stream, control) {
  const { kind, socket } = stream;
  stream.isLeaving = true;
  await new Promise((resolve) => {
    // Not `once()`: who leaves may meet an error on its way.
    socket.once('close', resolve);
    kind.close(stream, control);
  });
  if (kind === KINDS.ended) completed++;
}

/** Has a connection on which the server is told to end streams. */
async function withControl(work) {
  const [{ host, port }] = targets;
  const control = connect(port, host);
  control.resume();
  await work(control);
  const closed = once(control, 'close');
  control.end();
  await closed;
}

const status = () => ({
  opened,
  open: held.length,
  completed,
  left: opened - held.length - completed,
});

obey({
  target(options) {
    ({ targets, own } = options);
  },
  /** Opens so many and keeps them. */
  async open({ count, atOnce }) {
    await times(count, atOnce, async () => held.push(await open()));
    return status();
  },
  /** Closes so many, the oldest first, and opens another in the place of each. */
  async turnOver({ count, atOnce }) {
    await withControl((control) =>
      times(count, atOnce, async () => {
        const place = oldest++ % held.length;
        await close(held[place], control);
        held[place] = await open();
      }),
    );
    return status();
  },
  /** Closes all. */
  async close({ atOnce }) {
    await withControl((control) =>
      times(held.length, atOnce, (place) => close(held[place], control)),
    );
    held.length = 0;
    oldest = 0;
    return status();
  },
});
tellStarted('ready');
