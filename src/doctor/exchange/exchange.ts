import type { ConnectionFacts, Failure, Hop, Timings } from '../observation.ts';
import { readHeader } from '../observation.ts';
import { cleanText } from '../text.ts';
import { showUrl } from '../urls.ts';
import type { Answer, Outgoing } from './answer.ts';
import { type ConnectOptions, connect, UntrustedError } from './connect.ts';
import { sendHttp1 } from './http1.ts';
import { sendHttp2 } from './http2.ts';
import { inPhase, PhaseError } from './phase-error.ts';

/** How an answer is asked for. */
export interface ExchangeOptions extends ConnectOptions {
  /** Where redirects may lead. @defaultValue anywhere */
  readonly isAllowed?: ((url: URL) => boolean) | undefined;
}

/** A request and what became of it, over all redirects. */
export interface Exchange {
  readonly hops: readonly Hop[];
  /** Of the last request; `first_byte` and `first_event` come later. */
  readonly timings: Timings;
  readonly connection?: ConnectionFacts;
  readonly failure?: Failure;
  readonly answer?: Answer;
}

/** As many as browsers follow. */
const MAX_REDIRECTS = 20;
const REDIRECTS = new Set([301, 302, 303, 307, 308]);

/** Sends a request and follows redirects, as `fetch` and `EventSource` do. */
export async function exchange(
  first: Outgoing,
  options: ExchangeOptions,
): Promise<Exchange> {
  const hops: Hop[] = [];
  let outgoing = first;
  for (;;) {
    const timings: Timings = {};
    let connection: ConnectionFacts | undefined;
    try {
      const sent = await sendOnce(outgoing, options, timings, (facts) => {
        connection = facts;
      });
      const base = { hops, timings, connection: sent.facts };
      if (!REDIRECTS.has(sent.answer.head.status)) {
        return { ...base, answer: sent.answer };
      }
      sent.answer.close();
      outgoing = follow(outgoing, sent.answer, hops, options);
    } catch (error) {
      if (!(error instanceof PhaseError)) throw error;
      if (error instanceof UntrustedError) connection = error.facts;
      const { phase, message } = error;
      return {
        hops,
        timings,
        ...(connection && { connection }),
        failure: { phase, message: cleanText(message, 200) },
      };
    }
  }
}

async function sendOnce(
  outgoing: Outgoing,
  options: ExchangeOptions,
  timings: Timings,
  onConnected: (facts: ConnectionFacts) => void,
): Promise<{ answer: Answer; facts: ConnectionFacts }> {
  const { socket, isHttp2, facts } = await connect(
    outgoing.url,
    options,
    timings,
  );
  onConnected(facts);
  const started = performance.now();
  const send = isHttp2 ? sendHttp2 : sendHttp1;
  const answer = await inPhase('headers', () =>
    send(socket, outgoing, options.signal),
  );
  timings.headers = performance.now() - started;
  return { answer, facts };
}

function follow(
  outgoing: Outgoing,
  { head }: Answer,
  hops: Hop[],
  { isAllowed }: ExchangeOptions,
): Outgoing {
  const location = readHeader(head, 'location');
  const fail = (reason: string): never => {
    throw new PhaseError('redirect', new Error(reason));
  };
  if (location === undefined) return fail(`${head.status} without Location`);
  const { url } = outgoing;
  if (!URL.canParse(location, url.href)) {
    return fail(`Location ${JSON.stringify(cleanText(location))} is no URL`);
  }
  const next = new URL(location, url.href);
  const isCrossOrigin = next.origin !== url.origin;
  const isInsecure = url.protocol === 'https:' && next.protocol === 'http:';
  const { status } = head;
  const shown = { from: showUrl(url), to: showUrl(next) };
  hops.push({ status, ...shown, isInsecure, isCrossOrigin });
  if (!/^https?:$/.test(next.protocol)) fail(`${shown.to} is no http`);
  if (hops.length > MAX_REDIRECTS) fail(`more than ${MAX_REDIRECTS} redirects`);
  if (isAllowed?.(next) === false) fail(`${shown.to} is not allowed`);
  const becomesGet =
    status === 303 || (status < 303 && outgoing.method === 'POST');
  return {
    ...outgoing,
    url: next,
    ...(becomesGet && { method: 'GET', body: undefined }),
    headers: isCrossOrigin ? dropSecrets(outgoing.headers) : outgoing.headers,
  };
}

/** What belongs to one origin is not told to another. */
function dropSecrets(
  headers: Readonly<Record<string, string>>,
): Record<string, string> {
  const kept = Object.entries(headers).filter(([name]) =>
    /^(?:accept|accept-encoding|cache-control|content-type|last-event-id|origin|user-agent)$/i.test(
      name,
    ),
  );
  return Object.fromEntries(kept);
}
