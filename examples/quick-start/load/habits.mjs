// What clients do, each for as long as one stream is open.
import { openStream } from './stream.mjs';

/**
 * @typedef {object} Client
 * @property {string} url
 * @property {string} address - sent as `X-Forwarded-For`.
 * @property {number} index - among those of its habit.
 * @property {(minMs: number, maxMs?: number) => Promise<void>} pause - rejects
 * when the load ends.
 * @property {AbortSignal} signal
 * @property {string} [lastEventId]
 */

/**
 * Opens one stream and resolves or rejects when it is over.
 *
 * @typedef {(client: Client) => Promise<void>} Habit
 */

/** @type {Habit} Stays and reads everything. */
export async function beSteady(client) {
  const response = await openStream(client);
  response.resume();
  await closed(response);
  await client.pause(2000);
}

/**
 * @type {Habit} Takes less than is sent, like a phone in a tunnel: the socket's
 * window closes, the server's kernel fills up, then its write() returns false.
 */
export async function readSlowly(client) {
  const response = await openStream(client);
  const bytesPerSecond = 16_000 + 4_000 * client.index;
  for await (const chunk of response) {
    await client.pause((chunk.length / bytesPerSecond) * 1000);
  }
  await client.pause(2000);
}

/** @type {Habit} Leaves in the middle, and another one comes. */
export async function leaveEarly(client) {
  const response = await openStream(client);
  response.resume();
  await client.pause(1000, 5000);
  response.destroy();
  await client.pause(500, 2000);
}

/** @type {Habit} Loses the connection and comes back for what it missed. */
export async function comeBack(client) {
  const response = await openStream(client);
  watchIds(response, (id) => {
    client.lastEventId = id;
  });
  await client.pause(3000, 8000);
  response.destroy();
  await client.pause(1000, 2000);
}

/**
 * An id counts once its event is whole, at the blank line.
 *
 * @param {import('node:http').IncomingMessage} response
 * @param {(id: string) => void} onId
 */
function watchIds(response, onId) {
  let rest = '';
  let id = '';
  response.setEncoding('utf8');
  response.on('data', (text) => {
    const lines = (rest + text).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) {
      // Some servers write no space after the colon.
      if (line.startsWith('id:')) id = line.slice(3).replace(/^ /, '');
      else if (line === '' && id !== '') onId(id);
    }
  });
}

/** @param {import('node:http').IncomingMessage} response */
function closed(response) {
  return new Promise((resolve) => response.once('close', resolve));
}
