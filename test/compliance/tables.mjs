const EVENT_STREAM = 'text/event-stream';
export const JSON_TYPE = 'application/json';

/** Programs for an event stream only. */
export function onStreams(table) {
  return withType(table, EVENT_STREAM, '');
}

/** Programs for an event stream and for any other response. */
export function onBoth(table) {
  return {
    ...withType(table, EVENT_STREAM, ', as an event stream'),
    ...withType(table, JSON_TYPE, ', as JSON'),
  };
}

function withType(table, type, suffix) {
  return Object.fromEntries(
    Object.entries(table).map(([name, run]) => [
      `${name}${suffix}`,
      { type, run },
    ]),
  );
}
