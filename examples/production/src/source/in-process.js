// Events made here: for one process. Several replicas need a source that they share.

/**
 * @param {{ eventsPerSecond: number, eventBytes: number }} demo
 * @returns {import('./index.js').Source}
 */
export function createInProcessSource({ eventsPerSecond, eventBytes }) {
  // With the start time in it, an id of an earlier run is older than all of ours.
  const run = Date.now();
  let count = 0;
  let publishEvent = (
    /** @type {string} */ _type,
    /** @type {string} */ _data,
  ) => '';

  return {
    name: 'in-process',
    isShared: false,
    async open({ onEvent, onStart, signal }) {
      onStart(`${run}-0`);
      publishEvent = (type, data) => {
        const id = `${run}-${++count}`;
        onEvent({ id, type, data });
        return id;
      };
      const timer =
        eventsPerSecond > 0 &&
        setInterval(tick, 1000 / eventsPerSecond, publishEvent, eventBytes);
      return {
        async publish(type, data) {
          return publishEvent(type, data);
        },
        ended: new Promise((resolve) => {
          signal.addEventListener('abort', () => {
            clearInterval(timer || undefined);
            resolve(undefined);
          });
        }),
      };
    },
  };
}

/** Temperatures, as of a house full of sensors: as much as an event is to have. */
function tick(publishEvent, eventBytes) {
  const at = new Date().toISOString();
  const count = Math.max(1, Math.round((eventBytes - 50) / 6));
  const celsius = Array.from({ length: count }, createReading);
  publishEvent('tick', JSON.stringify({ at, celsius }));
}

function createReading() {
  return Math.round(1500 + Math.random() * 1000) / 100;
}
