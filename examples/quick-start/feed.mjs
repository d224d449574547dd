// The events: made once, written to every open stream.

/** Events kept for clients that come back with `Last-Event-ID`. */
const KEPT = 50;
const TICK_MS = 500;
const HEARTBEAT_MS = 15_000;

/**
 * Starts to make events.
 *
 * @returns `connect` answers a request with the stream; `stop` ends the making.
 */
export function startFeed() {
  // With the start time in it, an id of an earlier run is not taken for ours.
  const run = Date.now().toString(36);
  /** @type {{ id: string, text: string }[]} */
  const kept = [];
  /** @type {Set<import('node:http').ServerResponse>} */
  const streams = new Set();
  let count = 0;
  let ticks = 0;
  let celsius = 20;

  /** @param {string} text */
  function broadcast(text) {
    for (const stream of streams) {
      // A write() that returned false was kept in memory all the same. Writing
      // on before `drain` would let one slow reader fill this process; what it
      // misses meanwhile, it misses. Its ids show the gap.
      if (!stream.writableNeedDrain) stream.write(text);
    }
  }

  /**
   * @param {string | undefined} type - a browser calls an event without one
   * `message`.
   * @param {unknown} data
   */
  function publish(type, data) {
    const id = `${run}-${++count}`;
    const name = type === undefined ? '' : `event: ${type}\n`;
    const text = `id: ${id}\n${name}data: ${JSON.stringify(data)}\n\n`;
    kept.push({ id, text });
    if (kept.length > KEPT) kept.shift();
    broadcast(text);
  }

  function tick() {
    celsius += Math.random() - 0.5;
    const rounded = Number(celsius.toFixed(2));
    // By the time stamp clients know how late an event is.
    publish('tick', { id: ++ticks, celsius: rounded, timestamp: Date.now() });
    publish('snapshot', createSnapshot());
    if (ticks % 10 === 0) publish(undefined, `${ticks} ticks so far`);
  }

  /** What came after an event; everything kept, when it is not known any more. */
  function eventsAfter(/** @type {string} */ id) {
    const index = kept.findIndex((event) => event.id === id);
    const missed = kept.slice(index + 1);
    // A comment, when there is none: never an empty write.
    return missed.map((event) => event.text).join('') || ': nothing missed\n\n';
  }

  const timers = [
    setInterval(tick, TICK_MS),
    setInterval(broadcast, HEARTBEAT_MS, ': heartbeat\n\n'),
  ];

  return {
    /**
     * @param {import('node:http').IncomingMessage} request
     * @param {import('node:http').ServerResponse} response
     */
    connect(request, response) {
      response.writeHead(200, {
        'Content-Type': 'text/event-stream',
        'Cache-Control': 'no-cache',
      });
      // Each its own: all that lose their stream at once do not come back at once.
      const retry = Math.round(1000 + 2000 * Math.random());
      response.write(`retry: ${retry}\n\n`);
      const lastEventId = findLastEventId(request);
      if (lastEventId !== undefined) response.write(eventsAfter(lastEventId));
      streams.add(response);
      response.once('close', () => streams.delete(response));
    },
    stop() {
      for (const timer of timers) clearInterval(timer);
      // The last event of a whole stream: one that ends without it was cut.
      for (const stream of streams) {
        stream.end('event: bye\ndata: "the server goes"\n\n');
      }
      // Asked twice, as by Ctrl-C and by the parent: once is enough.
      streams.clear();
    },
  };
}

/**
 * A page that opens its stream anew cannot set a header: it says so in the query.
 *
 * @param {import('node:http').IncomingMessage} request
 * @returns {string | undefined}
 */
function findLastEventId({ headers, url = '/' }) {
  const header = headers['last-event-id'];
  if (typeof header === 'string') return header;
  const { searchParams } = new URL(url, 'http://localhost');
  return searchParams.get('lastEventId') ?? undefined;
}

/**
 * About 60 kB, so that a slow reader shows within a minute: the kernel takes
 * some 4 MB for it before a write() returns false. Below the 64 KiB from where
 * write() returns false to everyone.
 */
function createSnapshot() {
  return Array.from({ length: 8500 }, () =>
    Number((100 + Math.random() * 899).toFixed(2)),
  );
}
