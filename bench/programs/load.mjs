// The clients, in a process of their own. They read and throw away.
import { once } from 'node:events';
import { connect } from 'node:net';
import { setImmediate as turn } from 'node:timers/promises';
import { obey, tellStarted } from './parent.mjs';
import { times } from './times.mjs';

const AT_ONCE = 200;
const held = new Set();
const delays = [];

function ask(port, path, close) {
  const socket = connect(port, '127.0.0.1');
  socket.on('error', () => {});
  const connection = close ? 'Connection: close\r\n' : '';
  socket.write(`GET ${path} HTTP/1.1\r\nHost: bench\r\n${connection}\r\n`);
  return socket;
}

const commands = {
  /** Opens streams and keeps them; `paths` are taken in turn. */
  async hold({ port, paths, count }) {
    await times(count, AT_ONCE, async (index) => {
      const socket = ask(port, paths[index % paths.length], false);
      held.add(socket);
      await once(socket, 'data');
      socket.on('data', () => {});
    });
    return held.size;
  },
  drop() {
    for (const socket of held) socket.destroy();
    held.clear();
  },
  /** Streams read to their end, each on a connection of its own. */
  async read({ port, path, count, atOnce }) {
    await times(count, atOnce, async () => {
      const socket = ask(port, path, true);
      socket.resume();
      await once(socket, 'close');
    });
  },
  /** Streams left after their first byte. */
  async visit({ port, path, count, atOnce }) {
    await times(count, atOnce, async () => {
      const socket = ask(port, path, false);
      await once(socket, 'data');
      socket.destroy();
      await once(socket, 'close');
    });
  },
  /** Answers on kept connections, one after the other. */
  async answer({ port, path, count, atOnce }) {
    const text = `GET ${path} HTTP/1.1\r\nHost: bench\r\n\r\n`;
    await Promise.all(
      Array.from({ length: atOnce }, async () => {
        const socket = connect(port, '127.0.0.1');
        for (let i = 0; i < count / atOnce; i++) {
          socket.write(text);
          await once(socket, 'data');
        }
        socket.destroy();
      }),
    );
  },
  /** Opens streams of stamped events. */
  async listen({ port, path, count }) {
    await times(count, AT_ONCE, async () => {
      const socket = ask(port, path, false);
      held.add(socket);
      await once(socket, 'data');
      socket.on('data', (chunk) => {
        const now = process.hrtime.bigint();
        for (const [, stamp] of String(chunk).matchAll(/data: (\d+)\n/g)) {
          delays.push(Number(now - BigInt(stamp)) / 1e6);
        }
      });
    });
  },
  /** @returns how long each event was on its way, in milliseconds. */
  async delays({ count }) {
    while (delays.length < count) await turn();
    return delays.splice(0);
  },
};

obey(commands);
tellStarted('ready');
