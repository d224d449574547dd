import { watchBody } from './body.ts';
import { type Ask, miss, readAnswer } from './exchange.ts';
import { attempt } from './failure.ts';
import type { ClientMonitor } from './monitor.ts';
import { replace, wrap } from './wrap.ts';

type Fetch = typeof globalThis.fetch;

/**
 * Measures the event streams that a page fetches from now on.
 *
 * @param scope - has `fetch`, or not.
 * @returns its undo.
 */
export function hookFetch(
  monitor: ClientMonitor,
  scope: { fetch?: Fetch },
): () => void {
  return replace(scope, 'fetch', (fetch: Fetch) =>
    wrap(fetch, {
      apply(target, self, args: Parameters<Fetch>) {
        const time = performance.now();
        const asked: Promise<Response> = Reflect.apply(target, self, args);
        if (typeof asked?.then !== 'function') return asked;
        // What is returned is handled by the page or by nobody, as without us.
        return asked.then(
          (response) => {
            attempt(() => onResponse(monitor, response, args, time));
            return response;
          },
          (error: unknown) => {
            attempt(() => {
              const ask = readAsk(args, time);
              if (!ask.signal?.aborted) miss(monitor, ask, 'connect_failed');
            });
            throw error;
          },
        );
      },
    }),
  );
}

function onResponse(
  monitor: ClientMonitor,
  response: Response,
  args: Parameters<Fetch>,
  time: number,
): void {
  const { status, headers, url, body } = response;
  const ask = readAsk(args, time, url);
  // Of an answer without a body, nothing is a stream.
  if (!body || /^head/i.test(ask.key)) return;
  const exchange = readAnswer(monitor, ask, status, (name) =>
    headers.get(name),
  );
  if (exchange) watchBody(response, exchange, ask.signal);
}

/** What a request is made of; the second argument wins. */
function readAsk(
  [input, init]: Parameters<Fetch>,
  time: number,
  answeredBy?: string,
): Ask & { readonly signal: AbortSignal | null | undefined } {
  const request = Object(input) as Partial<Request>;
  const headers = new Headers(init?.headers ?? request.headers);
  // Relative to the page's base.
  const url = new URL(
    answeredBy || new Request(request.url ?? String(input)).url,
  );
  return {
    url,
    key: `${init?.method ?? request.method ?? 'GET'} ${url}`,
    kind: 'fetch',
    time,
    header: (name) => headers.get(name),
    signal: init?.signal ?? request.signal,
  };
}
