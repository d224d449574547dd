import { EventSource } from 'eventsource';

/** Browsers that follow a stream: they come back by themselves, as `retry:` says. */
export interface Clients {
  /** How many are connected now. */
  connected(): number;
  /** How often they were connected, all together. */
  opened(): number;
  /** How many gave up: an EventSource that is refused never comes back. */
  refused(): number;
  /** They leave. */
  stop(): void;
}

/**
 * Starts clients of one stream. To be given to `stage.defer(clients.stop)`.
 *
 * @param url - of the stream; or, by the client's number, asked at each attempt.
 * @param events - further types of events to listen to, as a page would.
 */
export function startClients(
  url: string | ((client: number) => string),
  count: number,
  events: readonly string[] = [],
): Clients {
  let opened = 0;
  const sources = Array.from({ length: count }, (_, client) => {
    const find = () => (typeof url === 'string' ? url : url(client));
    const source = new EventSource(find(), {
      fetch: (_, init) => fetch(find(), init),
    });
    source.addEventListener('open', () => {
      opened += 1;
    });
    for (const type of ['message', ...events]) {
      source.addEventListener(type, () => undefined);
    }
    return source;
  });
  const countIn = (state: number) =>
    sources.filter(({ readyState }) => readyState === state).length;
  return {
    connected: () => countIn(EventSource.OPEN),
    opened: () => opened,
    refused: () => countIn(EventSource.CLOSED),
    stop() {
      for (const source of sources) source.close();
    },
  };
}
