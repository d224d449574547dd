// This page's side: one EventSource, its state and its last events.
const SHOWN = 30;
const STATES = [
  { state: 'waiting', text: 'connecting' },
  { state: 'good', text: 'open' },
  { state: 'bad', text: 'closed' },
];

/**
 * @param {HTMLElement} list
 * @param {HTMLElement} pill
 * @param {HTMLElement} counter
 * @param {HTMLElement} button - leaves, and comes back.
 */
export function watchEvents(list, pill, counter, button) {
  const template = document.getElementById('event');
  /** @type {EventSource} */
  let source;
  let count = 0;

  function open() {
    source = new EventSource('/events');
    source.onopen = showState;
    source.onerror = showState;
    for (const type of ['message', 'tick', 'snapshot']) {
      source.addEventListener(type, showEvent);
    }
    showState();
  }

  function showState() {
    const { state, text } = STATES[source.readyState];
    pill.dataset.state = state;
    pill.textContent = text;
    button.textContent =
      source.readyState === EventSource.CLOSED ? 'Come back' : 'Leave';
  }

  /** @param {MessageEvent<string>} event */
  function showEvent({ type, data, lastEventId }) {
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
    count++;
    counter.textContent = `${count} ${count === 1 ? 'event' : 'events'}`;
  }

  button.addEventListener('click', () => {
    if (source.readyState === EventSource.CLOSED) {
      open();
    } else {
      source.close();
      showState();
    }
  });
  open();
}
