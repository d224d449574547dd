// The load, in a process of its own so that the server's figures are only the
// server's. It ends with the process that started it.
import { setTimeout as delay } from 'node:timers/promises';
import { CROWD } from './crowd.mjs';

const { TARGET = 'http://127.0.0.1:8080' } = process.env;
const ending = new AbortController();
const { signal } = ending;

if (process.send) {
  process.once('disconnect', () => ending.abort());
  // It may have gone while this file was being loaded.
  if (!process.connected) ending.abort();
  // Ctrl-C reaches the whole terminal; the parent says when to end.
  process.on('SIGINT', () => {});
}

const lives = [];
for (const { count, habit } of CROWD) {
  for (let index = 0; index < count; index++) {
    lives.push(live(habit, index, createAddress(lives.length)));
  }
}
await Promise.all(lives);

/**
 * One client: its habit again and again.
 *
 * @param {import('./habits.mjs').Habit} habit
 * @param {number} index
 * @param {string} address
 */
async function live(habit, index, address) {
  const client = { url: TARGET, address, index, signal, pause };
  // Not all at once, so that the first rows have something to show.
  await pause(0, 3000).catch(() => {});
  while (!signal.aborted) {
    // Cut off, refused or told to end: after a moment the loop knows.
    await habit(client).catch(() => pause(1000, 2000).catch(() => {}));
  }
}

/**
 * @param {number} minMs
 * @param {number} [maxMs]
 */
async function pause(minMs, maxMs = minMs) {
  const ms = minMs + Math.random() * (maxMs - minMs);
  await delay(ms, undefined, { signal });
}

/** Of the range for documentation; two clients in three share one with another. */
function createAddress(/** @type {number} */ index) {
  return `203.0.113.${1 + Math.floor((index * 2) / 3)}`;
}
