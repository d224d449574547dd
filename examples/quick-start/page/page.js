// The server's side: a card for each figure of /status, once a second.
import { drawChart } from './chart.js';
import { showStream } from './events.js';
import { formatBytes, formatRate, formatSeconds } from './format.js';

/**
 * @typedef {object} Card
 * @property {string} key - of the figures in /status.
 * @property {string} title
 * @property {'people' | 'traffic' | 'waiting' | 'memory'} kind - its colour.
 * @property {(value: number | undefined) => string} format
 * @property {(now: Record<string, number | undefined>) => string} [note]
 */

/** @type {Card[]} */
const CARDS = [
  {
    key: 'active',
    title: 'Active connections',
    kind: 'people',
    format: (value) => String(value ?? '–'),
    note: ({ clients = 0 }) => (clients > 0 ? `${clients} addresses` : ''),
  },
  {
    key: 'openedPerSecond',
    title: 'Opened per second',
    kind: 'people',
    format: formatRate,
  },
  {
    key: 'closedPerSecond',
    title: 'Closed per second',
    kind: 'people',
    format: formatRate,
  },
  {
    key: 'eventsPerSecond',
    title: 'Events per second',
    kind: 'traffic',
    format: formatRate,
  },
  {
    key: 'bytesPerSecond',
    title: 'Bytes per second',
    kind: 'traffic',
    format: formatBytes,
  },
  {
    key: 'firstEventP95Seconds',
    title: 'Time to first event',
    kind: 'waiting',
    format: formatSeconds,
    note: () => 'p95 of 10 s',
  },
  {
    key: 'queueBytes',
    title: 'Queue for slow readers',
    kind: 'waiting',
    format: formatBytes,
    note: ({ blocked = 0 }) => (blocked > 0 ? `${blocked} blocked` : ''),
  },
  {
    key: 'heapBytes',
    title: 'Heap used',
    kind: 'memory',
    format: formatBytes,
  },
  {
    key: 'heapGrowthBytesPerSecond',
    title: 'Heap growth per second',
    kind: 'memory',
    format: formatBytes,
    note: () => 'over 2 min',
  },
];

const find = (/** @type {string} */ id) => document.getElementById(id);
const cards = CARDS.map(createCard);
await Promise.all([showStream(), poll()]);

async function poll() {
  try {
    const response = await fetch('/status');
    if (!response.ok) throw new Error(`/status: ${response.status}`);
    show(await response.json());
  } catch {
    showState('bad', 'no answer');
  }
  setTimeout(poll, 1000);
}

/** @param {any} status */
function show({ problem, metricsUrl, samples, now, history }) {
  find('metrics').href = metricsUrl;
  if (problem === undefined) showState('good', 'live');
  else showState('bad', problem);
  for (const showCard of cards) showCard(now ?? {}, history, samples);
}

/**
 * @param {string} state
 * @param {string} text
 */
function showState(state, text) {
  const pill = find('status');
  pill.dataset.state = state;
  // Said again only when it changed: a screen reader speaks it each time.
  if (pill.textContent !== text) pill.textContent = text;
}

/**
 * @param {Card} card
 * @returns {(now: any, history: any[], samples: number) => void} shows it.
 */
function createCard({ key, title, kind, format, note }) {
  const card = find('card').content.cloneNode(true).firstElementChild;
  const part = (/** @type {string} */ selector) => card.querySelector(selector);
  card.dataset.kind = kind;
  part('h3').textContent = title;
  find('cards').append(card);
  return (now, history, samples) => {
    const values = history.map((figures) => figures[key]);
    const range = drawChart(part('svg'), values, samples);
    part('.value').textContent = format(now[key]);
    part('.note').textContent = note?.(now) ?? '';
    part('.low').textContent = range ? format(range.low) : '';
    part('.high').textContent = range ? format(range.high) : '';
  };
}
