import { acceptsEventStream, isEventStream } from '../protocol/content-type.ts';
import { watchBody } from './body.ts';
import { type Ask, failToConnect, readAnswer } from './exchange.ts';
import { attempt } from './failure.ts';
import type { ClientMonitor } from './monitor.ts';
import { replace, wrap } from './wrap.ts';

type Fetch = typeof globalThis.fetch;
type Arguments = Parameters<Fetch>;

/**
 * Measures the event streams that a page fetches from now on.
 *
 * @param scope - has `fetch`, or not.
 * @returns its undo.
 */
export function hookFetch(
  monitor: ClientMonitor,
  scope: { fetch?: Fetch; location?: { readonly href: string } },
): () => void {
  const { fetch } = scope;
  if (typeof fetch !== 'function') return () => {};
  const wrapped = wrap(fetch, {
    apply(target, self, args: Arguments) {
      const time = performance.now();
      const asked: Promise<Response> = Reflect.apply(target, self, args);
      if (typeof asked?.then !== 'function') return asked;
      // What is returned is handled by the page or by nobody, as without us.
      return asked.then(
        (response) => {
          attempt(() => onResponse(response, args, time));
          return response;
        },
        (error: unknown) => {
          attempt(() => onError(error, args, time));
          throw error;
        },
      );
    },
  });

  const onResponse = (
    response: Response,
    args: Arguments,
    time: number,
  ): void => {
    const { status, headers } = response;
    const contentType = headers.get('content-type') ?? undefined;
    if (!isEventStream(contentType) && !acceptsEventStream(acceptOf(args))) {
      return;
    }
    const exchange = readAnswer(
      monitor,
      readAsk(args, time, scope.location?.href, response.url),
      {
        status,
        contentType,
        isEncoded: false,
        date: headers.get('date') ?? undefined,
        serverTiming: headers.get('server-timing') ?? undefined,
      },
    );
    if (exchange === undefined) return;
    const { signal } = asRequest(args);
    watchBody(response, exchange, () => signal?.aborted === true);
  };

  const onError = (error: unknown, args: Arguments, time: number): void => {
    const { signal } = asRequest(args);
    if (signal?.aborted === true || isAbort(error)) return;
    failToConnect(monitor, readAsk(args, time, scope.location?.href, ''));
  };

  return replace(scope, 'fetch', wrapped);
}

function isAbort(error: unknown): boolean {
  return (error as Error | undefined)?.name === 'AbortError';
}

/** What a request is made of; the second argument wins. */
function asRequest([input, init]: Arguments): Partial<RequestInit> {
  const request: Partial<RequestInit> =
    typeof input === 'string' || input instanceof URL ? {} : input;
  return {
    method: init?.method ?? request.method ?? 'GET',
    headers: init?.headers ?? request.headers ?? {},
    signal: init?.signal ?? request.signal ?? null,
  };
}

function acceptOf(args: Arguments): string | undefined {
  return new Headers(asRequest(args).headers).get('accept') ?? undefined;
}

function readAsk(
  args: Arguments,
  time: number,
  base: string | undefined,
  answeredBy: string,
): Ask {
  const [input] = args;
  const { method = 'GET', headers } = asRequest(args);
  const sent = new Headers(headers);
  const asked =
    typeof input === 'string' || input instanceof URL ? input : input.url;
  return {
    url: new URL(answeredBy || asked, base),
    method: method.toUpperCase(),
    accept: sent.get('accept') ?? undefined,
    isResumed: sent.has('last-event-id'),
    kind: 'fetch',
    time,
  };
}
