import { once } from 'node:events';
import { connect } from 'node:net';

/**
 * A client that is a bare socket: it can be slow, half-open or rude.
 *
 * @param options - `isPaused`: it does not read until told to. `isHeard` false:
 * what it receives is not compared, since it leaves at a moment that depends on
 * the network.
 */
export async function createClient(port, options = {}) {
  const { isPaused = false, isHeard = true, connectClient = connect } = options;
  const socket = connectClient({ ...options, port, host: '127.0.0.1' });
  const chunks = [];
  const errors = [];
  const closed = new Promise((resolve) => socket.once('close', resolve));
  socket.on('error', ({ code }) => errors.push(code));
  if (isPaused) socket.pause();
  socket.on('data', (chunk) => chunks.push(chunk));
  if (isPaused) socket.pause();
  await once(socket, 'connect');
  const received = () => Buffer.concat(chunks);
  return {
    socket,
    isHeard,
    errors,
    closed,
    received,
    /** Resolves once `text` was received so many times. */
    async waitFor(text, times = 1) {
      while (received().toString('latin1').split(text).length <= times) {
        if (socket.destroyed) return;
        await Promise.race([once(socket, 'data'), closed]);
      }
    },
  };
}
