// Events to look at, as long as nobody publishes any.

/**
 * @param {(type: string, data: string) => Promise<string>} publish
 * @param {{ eventsPerSecond: number, eventBytes: number }} rate
 * @returns its undo.
 */
export function startDemo(publish, { eventsPerSecond, eventBytes }) {
  if (eventsPerSecond === 0) return () => undefined;
  const timer = setInterval(() => {
    // A source that is away has been told of by others.
    publish('tick', createTick(eventBytes)).catch(() => undefined);
  }, 1000 / eventsPerSecond);
  return () => clearInterval(timer);
}

/** Temperatures, as of a house full of sensors: as much as an event is to have. */
function createTick(eventBytes) {
  const count = Math.max(1, Math.round((eventBytes - 50) / 6));
  const celsius = Array.from({ length: count }, createReading);
  return JSON.stringify({ at: new Date().toISOString(), celsius });
}

function createReading() {
  return Math.round(1500 + Math.random() * 1000) / 100;
}
