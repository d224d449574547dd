/** What was asked for cannot be: the message names the value and the mend. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/** The text of an error's code, or its message, for people. */
export function describeError(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  // An attempt at several addresses fails with all their errors.
  const [first] = error instanceof AggregateError ? error.errors : [];
  if (first instanceof Error) return describeError(first);
  const { code } = error as NodeJS.ErrnoException;
  if (code === undefined || error.message.includes(code)) return error.message;
  return `${code}: ${error.message}`;
}
