import { type Connection, createConnection } from './connection.ts';
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
  readonly connection: Connection;
  /** Listens to a type before the page does. */
  before(type: string): void;
  /** Listens to a type after all listeners of the page's. */
  after(type: string): void;
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
    const connection = createConnection(
      monitor,
      new URL(source.url),
      'eventsource',
      startedAt,
      () => source.readyState === OPEN,
    );
    const ends = new Map<string, () => void>();
    let handledSince: number | undefined;
    const before = (type: string, onPlain?: () => void): void => {
      if (ends.has(type)) return;
      // Each type has one of its own: its place is another.
      ends.set(type, () => attempt(() => connection.handle(handledSince)));
      addEventListener.call(source, type, (event: Event) => {
        handledSince = attempt(() => {
          // A server may name its events as it likes, `error` too.
          if ('data' in event) receive(connection, event);
          else onPlain?.();
          return 'data' in event ? performance.now() : undefined;
        });
      });
    };
    before('message');
    before('open', () => connection.open());
    before('error', () => {
      if (source.readyState !== CLOSED) return connection.lose();
      connection.fail('rejected');
      connection.close('error');
    });
    return {
      connection,
      before,
      after(type) {
        const end = ends.get(type);
        if (!end) return;
        // Taken off and put on again it is the last one.
        removeEventListener.call(source, type, end);
        addEventListener.call(source, type, end);
      },
    };
  };

  /** Does something of ours before and after a method of a source's. */
  const tap = (
    key: string,
    slot: 'value' | 'set',
    after: (watched: Watched, type: string) => void,
    before?: (watched: Watched, type: string) => void,
  ): (() => void) =>
    replace(
      prototype,
      key,
      (original: Method) =>
        wrap(original, {
          apply(target, self: object, args) {
            const watched = all.get(self);
            const run = (step: typeof before): void => {
              attempt(() => watched && step?.(watched, String(args[0])));
            };
            run(before);
            const result = Reflect.apply(target, self, args);
            run(after);
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
    tap(
      'addEventListener',
      'value',
      ({ after }, type) => after(type),
      ({ before }, type) => before(type),
    ),
    tap('onmessage', 'set', ({ after }) => after('message')),
    tap('close', 'value', ({ connection }) => connection.close('page')),
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
