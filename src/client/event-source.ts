import type { Connection } from './connection.ts';
import { find, wait } from './exchange.ts';
import { attempt } from './failure.ts';
import type { ClientMonitor } from './monitor.ts';
import type { SseReceivedEvent } from './types.ts';
import { replace, wrap } from './wrap.ts';

/** What of an EventSource we touch. */
interface Source extends EventTarget {
  readonly url: string;
  readonly readyState: number;
  close(): void;
}

/** Our part of an EventSource. */
interface Watched {
  /** The page closed it. */
  close(): void;
  /** Listens to a type before and after all listeners of the page's. */
  listen(type: string): void;
}

type SourceClass = (new (...args: never[]) => Source) & (() => void);
type Method = (...args: unknown[]) => unknown;

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
  scope: { EventSource?: SourceClass },
): () => void {
  const { prototype } = scope.EventSource ?? {};
  if (!prototype) return () => {};
  const { addEventListener, removeEventListener } = prototype as Source;
  const all = new WeakMap<object, Watched>();

  const watch = (source: Source, startedAt: number): Watched => {
    const ask = {
      url: new URL(source.url),
      // One that comes back may say in the query what it had last.
      key: source.url.replace(/\?.*/, ''),
      kind: 'eventsource',
      time: startedAt,
    } as const;
    const connection = find(monitor, ask);
    /** The page may come back by itself: the next one is instead of it. */
    const giveUp = (): void => {
      all.delete(source);
      wait(monitor, ask, connection);
    };
    const ends = new Map<string, () => void>();
    let handledSince = Number.NaN;
    let isLost = false;
    const onEvent = (event: Event): void => {
      attempt(() => {
        handledSince = Number.NaN;
        // A server may name its events as it likes, `error` too.
        if ('data' in event) {
          receive(connection, event);
          handledSince = performance.now();
          return;
        }
        isLost = source.readyState !== OPEN;
        if (!isLost) connection.open();
        else if (source.readyState === CLOSED) {
          connection.fail('rejected');
          giveUp();
        } else connection.lose();
      });
    };
    const listen = (type: string): void => {
      // Each type has one of its own: its place is another.
      const end =
        ends.get(type) ??
        (() => attempt(() => connection.handle(handledSince)));
      ends.set(type, end);
      addEventListener.call(source, type, onEvent, true);
      // Taken off and put on again it is the last one.
      removeEventListener.call(source, type, end);
      addEventListener.call(source, type, end);
    };
    for (const type of ['open', 'error', 'message']) {
      addEventListener.call(source, type, onEvent, true);
    }
    return {
      listen,
      close() {
        if (isLost) giveUp();
        else connection.close('page');
      },
    };
  };

  /** Does something of ours after a method, or a setter, of a source's. */
  const tap = (
    key: string,
    act: (watched: Watched, args: unknown[]) => void,
    slot: 'value' | 'set' = 'value',
  ): (() => void) =>
    replace(
      prototype,
      key,
      (original: Method) =>
        wrap(original, {
          apply(target, self: object, args) {
            const result = Reflect.apply(target, self, args);
            attempt(() => {
              const watched = all.get(self);
              if (watched) act(watched, args);
            });
            return result;
          },
        }),
      slot,
    );

  const wrapped = wrap(scope.EventSource as SourceClass, {
    construct(target, args, newTarget) {
      const startedAt = performance.now();
      const source = Reflect.construct(target, args, newTarget) as Source;
      attempt(() => all.set(source, watch(source, startedAt)));
      return source;
    },
  });
  const undo = [
    replace(scope, 'EventSource', () => wrapped),
    replace(prototype, 'constructor', () => wrapped),
    tap('addEventListener', ({ listen }, [type]) => listen(String(type))),
    tap('onmessage', ({ listen }) => listen('message'), 'set'),
    tap('close', ({ close }) => close()),
  ];
  return () => {
    for (const step of undo) step();
  };
}

function receive(connection: Connection, event: Event): void {
  const { type, data, lastEventId } = event as Event & SseReceivedEvent;
  connection.count(new TextEncoder().encode(data).length);
  connection.receive({ type, data, lastEventId });
}
