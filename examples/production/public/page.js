// What a page does with the stream. The browser resumes it by itself.
const SHOWN = 20;
const state = document.querySelector('#state');
const list = document.querySelector('#events');
const source = new EventSource('events');

source.addEventListener('open', () => show('open'));
source.addEventListener('error', () => {
  // Closed for good: a status other than 200. Get a new token, then a new source.
  show(source.readyState === EventSource.CLOSED ? 'refused' : 'coming back');
});
// Some events are gone: whoever shows a whole state loads it anew.
source.addEventListener('gap', () => show('events were missed'));
source.addEventListener('tick', ({ lastEventId, data }) => {
  const lines = [`${lastEventId} ${data}`, ...list.textContent.split('\n')];
  list.textContent = lines.slice(0, SHOWN).join('\n');
});

function show(text) {
  state.textContent = text;
}
