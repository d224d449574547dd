// The page: no script, and nothing of a message is taken for markup.

const STYLE = `
:root { color-scheme: light dark; }
body { font: 1rem/1.5 system-ui, sans-serif; max-width: 45rem; margin: 0 auto;
  padding: 1rem; overflow-wrap: anywhere; }
h1 { font-size: 1.25rem; }
h2 { font-size: 1.1rem; margin: .25rem 0; }
article { border-top: 1px solid; padding: .75rem 0; }
p { margin: 0; opacity: .75; font-size: .9rem; }
pre { white-space: pre-wrap; font: .9rem/1.4 ui-monospace, monospace; }
`;

/** Reads itself again every so many seconds. */
const REFRESH_SECONDS = 10;

const ESCAPES = new Map([
  ['&', '&amp;'],
  ['<', '&lt;'],
  ['>', '&gt;'],
  ['"', '&quot;'],
  ["'", '&#39;'],
]);

/**
 * @param {import('./inbox.mjs').Received[]} messages - newest first.
 * @param {number} count - how many came, kept or not.
 */
export function renderPage(messages, count) {
  const kept = messages.length === count ? '' : `, ${messages.length} kept`;
  const list =
    messages.map(renderMessage).join('\n') ||
    '<p>None yet. What Alertmanager sends appears here.</p>';
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="refresh" content="${REFRESH_SECONDS}">
<title>Notifications (${count})</title>
<style>${STYLE}</style>
<h1>Notifications: ${count}${kept}</h1>
${list}
</html>
`;
}

/** @param {import('./inbox.mjs').Received} message */
function renderMessage({ id, kind, receivedAt, title, text, from, to }) {
  const way =
    to === undefined ? '' : ` from ${from || '?'} to ${to.join(', ')}`;
  const time = `${receivedAt.slice(0, 19).replace('T', ' ')} UTC`;
  return `<article id="message-${id}">
<p>${kind}${escapeHtml(way)}, <time datetime="${receivedAt}">${time}</time></p>
<h2>${escapeHtml(title)}</h2>
<pre>${escapeHtml(text)}</pre>
</article>`;
}

/** @param {string} text */
function escapeHtml(text) {
  return text.replace(/[&<>"']/g, (character) => ESCAPES.get(character) ?? '');
}
