// What was received, newest first. Bounded in count and in bytes: the oldest go.

/** @typedef {'mail' | 'webhook' | 'slack'} Kind */

/**
 * A message as it came, and as a person reads it.
 *
 * @typedef {object} Message
 * @property {Kind} kind
 * @property {string} title
 * @property {string} text
 * @property {string} [from] - of a mail.
 * @property {string[]} [to] - of a mail.
 * @property {string} [html] - of a mail.
 * @property {unknown} [body] - the JSON of a webhook.
 */

/** @typedef {Message & { id: number, receivedAt: string }} Received */

/**
 * @param {object} [limits]
 * @param {number} [limits.maxMessages]
 * @param {number} [limits.maxBytes] - of all messages as JSON.
 */
export function createInbox({
  maxMessages = 100,
  maxBytes = 16 * 1024 * 1024,
} = {}) {
  /** @type {{ message: Received, json: string, bytes: number }[]} */
  const entries = [];
  let lastId = 0;
  let bytes = 0;

  return {
    /**
     * @param {Message} message
     * @returns {number} its number, from 1 on.
     * @throws RangeError when it is nested too deeply to be written as JSON.
     */
    add(message) {
      const id = lastId + 1;
      const receivedAt = new Date().toISOString();
      const received = { id, receivedAt, ...message };
      const json = JSON.stringify(received);
      const size = Buffer.byteLength(json);
      lastId = id;
      entries.unshift({ message: received, json, bytes: size });
      bytes += size;
      // The newest stays, however big it is: its sender was told that it did.
      while (
        entries.length > 1 &&
        (entries.length > maxMessages || bytes > maxBytes)
      ) {
        bytes -= entries.pop()?.bytes ?? 0;
      }
      return id;
    },
    /** @returns {Received[]} */
    list: () => entries.map(({ message }) => message),
    toJson: () => `[${entries.map(({ json }) => json).join(',')}]`,
    /** How many came, kept or not. */
    count: () => lastId,
  };
}

/** @typedef {ReturnType<typeof createInbox>} Inbox */
