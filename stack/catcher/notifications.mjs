// From the JSON that Alertmanager posts to what a person reads. Nothing in it is
// taken for granted: anyone may post.

/** Longer texts are cut. */
const MAX_CHARACTERS = 16 * 1024;

/**
 * The body that Alertmanager's `webhook_configs` sends; any other JSON is shown as
 * it is.
 *
 * @param {unknown} body
 * @returns {import('./inbox.mjs').Message}
 */
export function describeWebhook(body) {
  const { status, groupLabels, commonLabels, alerts } = toRecord(body);
  if (!Array.isArray(alerts)) {
    const text = cut(JSON.stringify(body));
    return { kind: 'webhook', title: 'Webhook', text, body };
  }
  const name =
    toText(toRecord(commonLabels)['alertname']) ||
    Object.values(toRecord(groupLabels)).map(toText).join(' ') ||
    'alerts';
  const title = `[${toText(status).toUpperCase()}:${alerts.length}] ${name}`;
  const text = cut(alerts.map(describeAlert).join('\n\n'));
  return { kind: 'webhook', title: cut(title), text, body };
}

/**
 * The body that Alertmanager's `slack_configs` sends.
 *
 * @param {unknown} body
 * @returns {import('./inbox.mjs').Message}
 */
export function describeSlack(body) {
  const { text, attachments } = toRecord(body);
  const parts = Array.isArray(attachments) ? attachments.map(toRecord) : [];
  const [first = {}] = parts;
  const title = toText(first['title']) || toText(first['fallback']) || 'Slack';
  const lines = [toText(text), ...parts.flatMap(describeAttachment)];
  return {
    kind: 'slack',
    title: cut(title),
    text: cut(lines.filter((line) => line !== '').join('\n')),
    body,
  };
}

/** @param {string} text */
export function cut(text) {
  if (text.length <= MAX_CHARACTERS) return text;
  // Not in the middle of a character.
  const kept = text.slice(0, MAX_CHARACTERS).toWellFormed();
  return `${kept}… (${text.length - MAX_CHARACTERS} more)`;
}

/** @param {unknown} alert */
function describeAlert(alert) {
  const { status, labels, annotations } = toRecord(alert);
  const names = Object.entries(toRecord(labels))
    .map(([name, value]) => `${name}=${toText(value)}`)
    .join(', ');
  const notes = Object.entries(toRecord(annotations)).map(
    ([name, value]) => `${name}: ${toText(value)}`,
  );
  return [`${toText(status)}: ${names}`, ...notes].join('\n');
}

/** @param {Record<string, unknown>} attachment */
function describeAttachment({ pretext, text, fields }) {
  const notes = (Array.isArray(fields) ? fields : [])
    .map(toRecord)
    .map(({ title, value }) => `${toText(title)}: ${toText(value)}`);
  return [toText(pretext), toText(text), ...notes];
}

/**
 * @param {unknown} value
 * @returns {Record<string, unknown>}
 */
function toRecord(value) {
  const isRecord =
    typeof value === 'object' && value !== null && !Array.isArray(value);
  return isRecord ? /** @type {Record<string, unknown>} */ (value) : {};
}

/** @param {unknown} value */
function toText(value) {
  return typeof value === 'string' ? value : '';
}
