// Many clients of one address, each as a browser is one; what each of them got is
// compared with what there was, here, where they are.
import { EventSource } from 'eventsource';

const { TARGET = '', TOKEN = '', COUNT = '0' } = process.env;
const clients = Array.from({ length: Number(COUNT) }, openClient);

function openClient() {
  const client = {
    /** @type {string[]} */
    ids: [],
    opens: 0,
    source: new EventSource(TARGET, {
      fetch: (url, init) =>
        fetch(url, {
          ...init,
          headers: { ...init.headers, Authorization: `Bearer ${TOKEN}` },
        }),
    }),
  };
  client.source.addEventListener('open', () => client.opens++);
  client.source.addEventListener('test', (event) => {
    client.ids.push(event.lastEventId);
  });
  return client;
}

/** How many events are missing, came twice, or came in another order. */
function compare(client, all, places) {
  const [first] = client.ids;
  const expected = all.slice(places.get(first) ?? 0);
  const got = new Set(client.ids);
  const sorted = client.ids.toSorted(
    (a, b) => (places.get(a) ?? 0) - (places.get(b) ?? 0),
  );
  return {
    lost: expected.filter((id) => !got.has(id)).length,
    repeated: client.ids.length - got.size,
    moved: client.ids.filter((id, index) => id !== sorted[index]).length,
  };
}

process.on('message', (message) => {
  if (message === 'status') {
    const open = clients.filter(({ source }) => source.readyState === 1);
    process.send?.({
      open: open.length,
      opens: clients.reduce((sum, { opens }) => sum + opens, 0),
      gaveUp: clients.filter(({ source }) => source.readyState === 2).length,
    });
    return;
  }
  const { ids } = /** @type {{ ids: string[] }} */ (message);
  const places = new Map(ids.map((id, index) => [id, index]));
  const results = clients.map((client) => compare(client, ids, places));
  const total = (key) => results.reduce((sum, result) => sum + result[key], 0);
  process.send?.({
    clients: clients.length,
    events: clients.reduce((sum, { ids: got }) => sum + got.length, 0),
    lost: total('lost'),
    repeated: total('repeated'),
    moved: total('moved'),
  });
});

// The parent is gone, or done.
process.once('disconnect', () => process.exit());
