// An EventSource that always comes back.
//
// A stream that breaks is the browser's to open again: it waits as long as the
// server said (`retry:`) and sends Last-Event-ID. But it waits the same time for
// ever, as all others do, and gives up for good at any status but 200. So from the
// second failure on this page waits: twice as long each time, up to 30 s, and at
// random between 0 and that ("full jitter"), so that not all come at once.

const FIRST_MS = 1000;
const LONGEST_MS = 30_000;

/**
 * @param {number} failures - so far, from 0.
 * @returns {number} milliseconds to wait.
 */
export function chooseDelay(failures) {
  return Math.random() * Math.min(LONGEST_MS, FIRST_MS * 2 ** failures);
}

/**
 * @typedef {'connecting' | 'open' | 'waiting'} StreamState
 *
 * @typedef {object} StreamOptions
 * @property {readonly string[]} types - of events.
 * @property {(event: MessageEvent<string>) => void} onEvent
 * @property {(state: StreamState, againAtMs?: number) => void} onState
 */

/**
 * @param {string} path
 * @param {StreamOptions} options
 * @returns {() => void} closes it.
 */
export function openStream(path, { types, onEvent, onState }) {
  /** @type {EventSource} */
  let source;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer;
  let lastEventId = '';
  let failures = 0;
  let wasOpen = false;

  function connect() {
    const url = new URL(path, location.href);
    // A new EventSource knows nothing of the last one.
    if (lastEventId !== '') url.searchParams.set('lastEventId', lastEventId);
    source = new EventSource(url);
    source.onopen = () => {
      wasOpen = true;
      failures = 0;
      onState('open');
    };
    source.onerror = comeBack;
    for (const type of types) source.addEventListener(type, receive);
    onState('connecting');
  }

  function receive(/** @type {MessageEvent<string>} */ event) {
    ({ lastEventId } = event);
    onEvent(event);
  }

  function comeBack() {
    const isFirst = wasOpen && source.readyState === EventSource.CONNECTING;
    wasOpen = false;
    if (isFirst) return onState('connecting');
    source.close();
    const delay = chooseDelay(failures++);
    timer = setTimeout(connect, delay);
    onState('waiting', Date.now() + delay);
  }

  connect();
  return () => {
    clearTimeout(timer);
    source.close();
  };
}
