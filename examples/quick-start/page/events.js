// This page's side: its stream, the last events, and what it measures of them.
import { formatCount, formatSeconds, formatShare } from './format.js';
import { startMeasuring } from './measure.js';
import { openStream } from './stream.js';

const SHOWN = 30;
const TYPES = ['message', 'tick', 'snapshot'];

/**
 * What the page measures, and what only the page knows: how often, and for how long,
 * the person wanted the stream.
 *
 * @typedef {import('./measure.js').PageFigures & {
 *   visits: number, wantedSeconds: number }} Figures
 */

/** @type {[key: string, title: string, format: (figures: Figures) => string][]} */
const FIGURES = [
  ['events', 'Events', ({ events }) => formatCount(events)],
  ['connect', 'Connect time', (now) => formatSeconds(now.connectSeconds)],
  ['gap', 'Longest gap, 30 s', (now) => formatSeconds(now.longestGapSeconds)],
  ['delay', 'Event delay', (now) => formatSeconds(now.delaySeconds)],
  [
    'reconnects',
    'Reconnects',
    ({ opened, visits }) => formatCount(Math.max(0, opened - visits)),
  ],
  [
    'stability',
    'Stability',
    ({ connectedSeconds, wantedSeconds }) =>
      formatShare(Math.min(1, connectedSeconds / wantedSeconds)),
  ],
];

const find = (/** @type {string} */ id) => document.getElementById(id);

/** Shows the stream from now on. */
export function showStream() {
  const meta = document.querySelector('meta[name="otlp-url"]');
  // Before the first EventSource is made.
  const readFigures = startMeasuring(meta?.content);
  const list = find('events');
  const button = find('toggle');
  const template = find('event');
  /** @type {(() => void) | undefined} */
  let close;
  /** @type {number | undefined} when the page tries again. */
  let againAt;
  let visits = 0;
  let wantedMs = 0;
  let cameAt = 0;

  function open() {
    button.textContent = 'Leave';
    visits += 1;
    cameAt = performance.now();
    close = openStream('/events', { types: TYPES, onEvent, onState });
  }

  function leave() {
    close?.();
    close = undefined;
    againAt = undefined;
    wantedMs += performance.now() - cameAt;
    button.textContent = 'Come back';
    showState('bad', 'closed');
    showAgain();
  }

  /** @type {import('./stream.js').StreamOptions['onState']} */
  function onState(state, againAtMs) {
    againAt = againAtMs;
    if (state === 'open') showState('good', 'open');
    else showState('waiting', state);
    showAgain();
  }

  /** @type {import('./stream.js').StreamOptions['onEvent']} */
  function onEvent({ type, data, lastEventId }) {
    const item = template.content.cloneNode(true).firstElementChild;
    const [name, time, id, text] = item.children;
    item.dataset.type = type;
    name.textContent = type;
    time.textContent = new Date().toTimeString().slice(0, 8);
    id.textContent = lastEventId;
    text.textContent =
      data.length > 200
        ? `${Math.round(data.length / 1000)} kB: ${data.slice(0, 200)}…`
        : data;
    list.prepend(item);
    while (list.children.length > SHOWN) list.lastElementChild.remove();
  }

  const values = FIGURES.map(createFigure);
  async function showFigures() {
    const measured = await readFigures();
    const ms = wantedMs + (close ? performance.now() - cameAt : 0);
    const wantedSeconds = ms / 1000;
    const figures = Object.assign(measured, { visits, wantedSeconds });
    for (const [index, [, , format]] of FIGURES.entries()) {
      values[index].textContent = format(figures);
    }
    showAgain();
    setTimeout(showFigures, 1000);
  }

  function showAgain() {
    const seconds = Math.ceil(((againAt ?? 0) - Date.now()) / 1000);
    find('again').textContent = seconds > 0 ? `again in ${seconds} s` : '';
  }

  button.addEventListener('click', () => (close ? leave() : open()));
  open();
  return showFigures();
}

/**
 * @param {string} state
 * @param {string} text
 */
function showState(state, text) {
  const pill = find('connection');
  pill.dataset.state = state;
  pill.textContent = text;
}

/** @param {(typeof FIGURES)[number]} figure @returns {HTMLElement} its value. */
function createFigure([key, title]) {
  const item = find('figure').content.cloneNode(true).firstElementChild;
  const [name, value] = item.children;
  name.textContent = title;
  value.dataset.figure = key;
  find('here').append(item);
  return value;
}
