/**
 * Does what the parent asks, and ends when it does.
 *
 * @param {Record<string, (options: object) => unknown>} commands
 */
export function obey(commands) {
  process.on('message', async ({ id, command, ...options }) => {
    process.send({ id, answer: await commands[command](options) });
  });
  process.on('disconnect', () => process.exit());
}

/** Says first that it has started. */
export function tellStarted(answer) {
  process.send({ id: 0, answer });
}
