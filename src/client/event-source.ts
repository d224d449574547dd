import { utf8Length } from '../protocol/utf8.ts';
import { Connection } from './connection.ts';
import { attempt } from './failure.ts';
import type { ClientMonitor } from './monitor.ts';
import { replace, replaceSetter, wrap } from './wrap.ts';

/** What of an EventSource we touch. */
interface Source extends EventTarget {
  readonly url: string;
  readonly readyState: number;
  close(): void;
}

interface Message extends Event {
  readonly data: unknown;
  readonly lastEventId: string;
}

/** Ours, before and after the page's. */
interface Listeners {
  before(type: string): void;
  after(type: string): void;
}

type SourceClass = new (...args: never[]) => Source;
type Listen = EventTarget['addEventListener'];

const OPEN = 1;
const CLOSED = 2;

/**
 * Measures every EventSource that a page makes from now on. No listener of the
 * page's is touched: ours stand before and after them.
 *
 * @param scope - has `EventSource`, or not.
 * @returns its undo.
 */
export function hookEventSource(
  monitor: ClientMonitor,
  scope: { EventSource?: unknown },
): () => void {
  if (typeof scope.EventSource !== 'function') return () => {};
  const original = scope.EventSource as SourceClass & (() => void);
  const prototype = original.prototype as Source;
  const { addEventListener, removeEventListener, close } = prototype;
  const sources = new WeakMap<object, Listeners>();
  const connections = new WeakMap<object, Connection>();

  const watch = (source: Source, startedAt: number): void => {
    const url = new URL(source.url);
    const connection = new Connection(monitor, url, 'eventsource', startedAt);
    connection.isAlive = () => source.readyState === OPEN;
    const listen = (type: string, listener: (event: Event) => void): void =>
      addEventListener.call(source, type, (event: Event) => {
        attempt(() => listener(event));
      });
    listen('open', () => connection.open());
    listen('error', (event) => {
      // A server may name an event of its own so.
      if ('data' in event) return;
      if (source.readyState !== CLOSED) return connection.lose();
      connection.fail('rejected');
      connection.close('error');
    });
    const listeners = watchEvents(source, connection);
    listeners.before('message');
    connections.set(source, connection);
    sources.set(source, listeners);
  };

  const watchEvents = (source: Source, connection: Connection): Listeners => {
    const ends = new Map<string, () => void>();
    return {
      before(type) {
        if (ends.has(type) || type === 'open' || type === 'error') return;
        let startedAt = 0;
        ends.set(type, () => connection.handled(performance.now() - startedAt));
        addEventListener.call(source, type, (event: Event) => {
          attempt(() => receive(connection, event));
          startedAt = performance.now();
        });
      },
      after(type) {
        const end = ends.get(type);
        if (end === undefined) return;
        // Taken off and put on again it is the last one.
        removeEventListener.call(source, type, end);
        addEventListener.call(source, type, end);
      },
    };
  };

  const wrapped = wrap(original, {
    construct(target, args, newTarget) {
      const startedAt = performance.now();
      const source = Reflect.construct(target, args, newTarget) as Source;
      attempt(() => watch(source, startedAt));
      return source;
    },
  });
  const undo = [
    replace(scope, 'EventSource', wrapped),
    replace(prototype, 'constructor', wrapped),
    replace(
      prototype,
      'addEventListener',
      wrap(addEventListener, {
        apply(target, self: object, args: Parameters<Listen>) {
          const type = String(args[0]);
          attempt(() => sources.get(self)?.before(type));
          const result = Reflect.apply(target, self, args);
          attempt(() => sources.get(self)?.after(type));
          return result;
        },
      }),
    ),
    replaceSetter(prototype, 'onmessage', {
      apply(target, self: object, args: [unknown]) {
        const result = Reflect.apply(target, self, args);
        attempt(() => sources.get(self)?.after('message'));
        return result;
      },
    }),
    replace(
      prototype,
      'close',
      wrap(close, {
        apply(target, self: object, args: []) {
          const result = Reflect.apply(target, self, args);
          attempt(() => connections.get(self)?.close('page'));
          return result;
        },
      }),
    ),
  ];
  return () => {
    for (const step of undo.toReversed()) step();
  };
}

function receive(connection: Connection, event: Event): void {
  const { type, data, lastEventId } = event as Message;
  if (typeof data !== 'string') return;
  connection.receive({ type, data, lastEventId }, utf8Length(data));
}
