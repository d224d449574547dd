import type { ExchangeOptions } from '../exchange/exchange.ts';
import { createRequest } from '../exchange/outgoing.ts';
import type { DoctorSettings } from '../settings.ts';
import { cleanText } from '../text.ts';
import { watch } from '../watch/watch.ts';
import { ask } from './ask.ts';
import { readEncoding } from './encoding.ts';

/** What came after a `Last-Event-ID`. */
export interface ResumeResult {
  /** The id that was given as the last one seen. */
  readonly lastId: string;
  /** The id that followed it on the first connection. */
  readonly expectedId: string;
  /** The first id that came, if any. */
  readonly firstId?: string;
  readonly outcome: /** The next event came first. */
    | 'next'
    /** Events came that were seen already. */
    | 'repeats'
    /** Events that were sent before did not come again. */
    | 'loses'
    /** No event came at all, though there were some to come. */
    | 'silent'
    /** The server did not open a stream. */
    | 'refused';
  /** Events repeated, or lost as far as is known. */
  readonly count: number;
}

/** Long enough for a replay, which comes at once or never, seconds. */
const REPLAY_SECONDS = 3;

/**
 * Comes back with the id of an event from the middle of what was seen, and looks
 * which one comes next.
 *
 * @param seen - ids of the first connection, in order.
 */
export async function checkResume(
  settings: DoctorSettings,
  options: ExchangeOptions,
  seen: readonly string[],
): Promise<ResumeResult | undefined> {
  const ids = [...new Set(seen)].filter((id) => id !== '');
  // Ids that come again and again are no place to go on from.
  if (
    settings.method !== 'GET' ||
    ids.length < 2 ||
    ids.length !== seen.length
  ) {
    return undefined;
  }
  const place = Math.floor((ids.length - 1) / 2);
  const lastId = ids[place] ?? '';
  const expectedId = ids[place + 1] ?? '';
  const shown = {
    lastId: cleanText(lastId, 40),
    expectedId: cleanText(expectedId, 40),
  };
  const seconds = Math.min(settings.seconds, REPLAY_SECONDS);
  const { answer } = await ask(
    createRequest(settings, lastId),
    options,
    settings.seconds * 1000,
  );
  if (answer?.head.status !== 200) {
    answer?.close();
    return { ...shown, outcome: 'refused', count: ids.length - place - 1 };
  }
  const report = await watch(answer, {
    seconds,
    events: 1,
    encoding: readEncoding(answer.head),
    headersMs: 0,
    signal: options.signal,
  });
  const [firstId] = report.ids;
  const known = ids.indexOf(firstId ?? '');
  const missed = ids.length - place - 1;
  if (firstId === undefined)
    return { ...shown, outcome: 'silent', count: missed };
  const came = { ...shown, firstId: cleanText(firstId, 40) };
  if (known === place + 1) return { ...came, outcome: 'next', count: 0 };
  if (known === -1) return { ...came, outcome: 'loses', count: missed };
  return known > place
    ? { ...came, outcome: 'loses', count: known - place - 1 }
    : { ...came, outcome: 'repeats', count: place - known + 1 };
}
