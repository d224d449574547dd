// Redis: pub/sub brings each event at once, a stream keeps the last ones, so that a
// replica that has just started can serve readers who come back.
import { createClient } from 'redis';

import { compareIds, parseId } from '../event-id.js';

const STREAM = 'sse:events';
const CHANNEL = 'sse:live';
const PAGE = 1000;

/** One step: nobody sees the one without the other, nor in another order. */
const PUBLISH = `
local id = redis.call('XADD', KEYS[1], 'MAXLEN', '~', ARGV[1], '*', 'type', ARGV[2], 'data', ARGV[3])
redis.call('PUBLISH', KEYS[2], cjson.encode({ id = id, type = ARGV[2], data = ARGV[3] }))
return id`;

/**
 * @param {string} url
 * @param {{ keptEvents: number, timeoutSeconds: number }} options
 * @returns {import('./index.js').Source}
 */
export function createRedisSource(url, { keptEvents, timeoutSeconds }) {
  return {
    name: 'redis',
    isShared: true,
    async open({ onEvent, onStart, after, signal, pace }) {
      // No reconnecting of its own: keep-open.js decides when to try again.
      const commands = createClient({
        url,
        // A Redis that hangs says nothing, and hangs up on nobody.
        pingInterval: timeoutSeconds * 1000,
        socket: {
          reconnectStrategy: false,
          socketTimeout: timeoutSeconds * 3000,
        },
      });
      const subscriber = commands.duplicate();
      const clients = [commands, subscriber];
      const ended = new Promise((resolve) => {
        for (const client of clients) client.on('error', resolve);
        signal.addEventListener('abort', () => resolve(undefined));
      });
      signal.addEventListener('abort', () => clients.forEach(destroy));

      await Promise.all(clients.map((client) => client.connect()));
      const live = createGate(onEvent);
      await subscriber.subscribe(CHANNEL, (text) =>
        live.take(JSON.parse(text)),
      );
      // Subscribed first, read then: nothing falls between.
      const history = { onEvent, onStart, after, keptEvents, pace };
      await readHistory(commands, history);
      live.open();
      return {
        ended: ended.finally(() => clients.forEach(destroy)),
        publish: (type, data) =>
          commands.eval(PUBLISH, {
            keys: [STREAM, CHANNEL],
            arguments: [String(keptEvents), type, data],
          }),
      };
    },
  };
}

async function readHistory(
  client,
  { onEvent, onStart, after, keptEvents, pace },
) {
  const [[oldest], length] = await Promise.all([
    client.xRange(STREAM, '-', '+', { COUNT: 1 }),
    client.xLen(STREAM),
  ]);
  // As full as it may be: what was before its oldest event is gone.
  onStart(oldest && length >= keptEvents ? oldest.id : '0-0');
  let from = after === undefined ? '-' : `(${after}`;
  for (;;) {
    await pace();
    const page = await client.xRange(STREAM, from, '+', { COUNT: PAGE });
    for (const { id, message } of page) {
      onEvent({ id, type: message.type, data: message.data });
      from = `(${id}`;
    }
    if (page.length < PAGE) return;
  }
}

/** Holds events back until it is opened. */
function createGate(onEvent) {
  /** @type {import('../replay-buffer.js').StreamEvent[] | undefined} */
  let held = [];
  return {
    take(event) {
      if (held === undefined) onEvent(event);
      else held.push(event);
    },
    open() {
      const events = held ?? [];
      held = undefined;
      events
        .toSorted((a, b) => compareIds(parseId(a.id), parseId(b.id)))
        .forEach(onEvent);
    },
  };
}

function destroy(client) {
  if (client.isOpen) client.destroy();
}
