import { prometheusName, SERVER_METRICS } from '../../semconv.ts';
import type { ExchangeOptions } from '../exchange/exchange.ts';
import type { Disconnect } from '../observation.ts';
import { ask, readText } from './ask.ts';

const CLOSED = prometheusName(SERVER_METRICS.closedConnections);
const OPENED = prometheusName(SERVER_METRICS.openedConnections);
/** Between two looks, ms. */
const LOOK_EVERY_MS = 100;

/**
 * Streams that a server closed so far, by its metrics; `undefined` before its
 * first stream. @throws Error when there are no metrics.
 */
export async function readClosed(
  url: URL,
  options: ExchangeOptions,
  timeoutMs: number,
): Promise<number | undefined> {
  const { answer, failure } = await ask(
    { url, method: 'GET', headers: { Accept: 'text/plain' } },
    options,
    timeoutMs,
  );
  if (answer === undefined) throw new Error(failure?.message ?? 'no answer');
  const { status } = answer.head;
  const text = await readText(answer, timeoutMs);
  if (status !== 200) throw new Error(`status ${status}`);
  return text.includes(OPENED) ? sum(text, CLOSED) : undefined;
}

/** Whether the server counts one more closed stream within a time. */
export async function checkDisconnect(
  url: URL,
  options: ExchangeOptions,
  closedBefore: number,
  limitMs: number,
): Promise<Disconnect> {
  const started = performance.now();
  for (;;) {
    const closedAfter = await readClosed(url, options, limitMs);
    // Our own stream is counted there, if any is.
    if (closedAfter === undefined) throw new Error(`no ${OPENED} in it`);
    const waitedMs = performance.now() - started;
    if (closedAfter > closedBefore || waitedMs >= limitMs) {
      return { closedBefore, closedAfter, waitedMs };
    }
    await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
  }
}

function sum(text: string, name: string): number {
  let total = 0;
  for (const line of text.split('\n')) {
    if (!line.startsWith(name)) continue;
    const rest = line.slice(name.length);
    if (!/^[{ ]/.test(rest)) continue;
    const value = rest
      .slice(rest.lastIndexOf('}') + 1)
      .trim()
      .split(' ')[0];
    total += Number(value) || 0;
  }
  return total;
}
