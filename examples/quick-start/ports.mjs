import { once } from 'node:events';
import { createServer } from 'node:net';

/**
 * Finds free ports on 127.0.0.1: each the wanted one, or the next that is free;
 * for 0, any. They are held until all are found, so that no two are the same.
 *
 * @param {readonly number[]} wanted
 * @returns {Promise<number[]>}
 */
export async function findFreePorts(wanted) {
  /** @type {import('node:net').Server[]} */
  const held = [];
  try {
    for (const port of wanted) held.push(await listenFrom(port));
    return held.map(portOf);
  } finally {
    await Promise.all(held.map(close));
  }
}

/**
 * @param {string | undefined} text
 * @param {number} standard
 * @param {string} name - of the variable, for the message.
 * @throws RangeError for what is no port.
 */
export function parsePort(text, standard, name) {
  if (text === undefined || text === '') return standard;
  const port = Number(text);
  if (Number.isInteger(port) && port >= 0 && port <= 65_535) return port;
  throw new RangeError(`${name} is "${text}", not a port`);
}

async function listenFrom(/** @type {number} */ first) {
  for (let port = first; ; port++) {
    const server = createServer();
    server.listen(port, '127.0.0.1');
    try {
      await once(server, 'listening');
      return server;
    } catch (error) {
      if (!isTaken(error) || port === 65_535) throw error;
    }
  }
}

function isTaken(/** @type {unknown} */ error) {
  return error instanceof Error && 'code' in error
    ? error.code === 'EADDRINUSE'
    : false;
}

function portOf(/** @type {import('node:net').Server} */ server) {
  const address = server.address();
  if (address === null || typeof address === 'string') return 0;
  return address.port;
}

async function close(/** @type {import('node:net').Server} */ server) {
  server.close();
  await once(server, 'close');
}
