// Events made here: for one process. Several replicas need a source that they share.

/** @returns {import('./index.js').Source} */
export function createInProcessSource() {
  // With the start time in it, an id of an earlier run is older than all of ours.
  const run = Date.now();
  let count = 0;

  return {
    name: 'in-process',
    isShared: false,
    async open({ onEvent, onStart, signal }) {
      onStart(`${run}-0`);
      return {
        async publish(type, data) {
          const id = `${run}-${++count}`;
          onEvent({ id, type, data });
          return id;
        },
        ended: new Promise((resolve) => {
          signal.addEventListener('abort', () => resolve(undefined));
        }),
      };
    },
  };
}
