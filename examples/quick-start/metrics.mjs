// Reads a /metrics text (Prometheus exposition format) into the few numbers
// that the table and the page show.

const SAMPLE = /^([a-zA-Z_:][\w:]*)(?:\{(.*)\})? (\S+)/;

/**
 * What one reading of /metrics says. Counters are totals since the start.
 *
 * @typedef {object} Reading
 * @property {number} atMs
 * @property {number} active
 * @property {number} opened
 * @property {number} closed
 * @property {number} events
 * @property {number} bytes
 * @property {number} queueBytes
 * @property {number} blocked
 * @property {number} clients
 * @property {number} heapBytes
 * @property {Map<number, number>} firstEvent - cumulative counts by upper bound
 */

/**
 * Scrapes once.
 *
 * @param {string} url
 * @returns {Promise<Reading>}
 * @throws Error that says why, when nothing answers with 200 in two seconds.
 */
export async function fetchReading(url) {
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(2000) });
    if (!response.ok) throw new Error(`status ${response.status}`);
    return readMetrics(await response.text(), performance.now());
  } catch (error) {
    const { cause, message } = /** @type {Error} */ (error);
    // `fetch failed`, says fetch; the reason is one level down.
    const { code = message } = /** @type {{ code?: string }} */ (cause ?? {});
    throw new Error(`no metrics at ${url}: ${code}`, { cause: error });
  }
}

/**
 * @param {string} text
 * @param {number} atMs - when it was read.
 * @returns {Reading}
 */
export function readMetrics(text, atMs) {
  /** @type {Map<string, number>} */
  const sums = new Map();
  /** @type {Map<number, number>} */
  const firstEvent = new Map();
  for (const line of text.split('\n')) {
    // A label's value may hold braces and blanks: the greedy `.*` ends at the
    // last brace, after which there is only the number.
    const [, name, labels = '', value = ''] = SAMPLE.exec(line) ?? [];
    if (name === undefined) continue;
    if (name === 'sse_server_time_to_first_event_seconds_bucket') {
      const [, bound] = /(?:^|,)le="([^"]*)"/.exec(labels) ?? [];
      add(firstEvent, bound === '+Inf' ? Infinity : Number(bound), value);
    } else {
      add(sums, name, value);
    }
  }
  // Over all label sets; what has no series yet is 0.
  const sum = (/** @type {string} */ name) => sums.get(name) ?? 0;
  return {
    atMs,
    active: sum('sse_server_active_connections'),
    opened: sum('sse_server_opened_connections_total'),
    closed: sum('sse_server_closed_connections_total'),
    events: sum('sse_server_sent_events_total'),
    bytes: sum('sse_server_content_size_bytes_total'),
    queueBytes: sum('sse_server_queue_size_bytes'),
    blocked: sum('sse_server_blocked_connections'),
    clients: sum('sse_server_clients'),
    heapBytes: sum('sse_process_heap_used_bytes'),
    firstEvent,
  };
}

/**
 * @template Key
 * @param {Map<Key, number>} map
 * @param {Key} key
 * @param {string} value
 */
function add(map, key, value) {
  map.set(key, (map.get(key) ?? 0) + Number(value));
}
