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

function tick(publishEvent, eventBytes) {
  const at = new Date().toISOString();
  const text = createText(Math.max(0, eventBytes - 60));
  publishEvent('tick', JSON.stringify({ at, text }));
}

/** Words repeat, as in real events: random letters would not be compressed. */
function createText(length) {
  return 'order accepted, parcel sent, '
    .repeat(Math.ceil(length / 29))
    .slice(0, length);
}
