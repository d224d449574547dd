import type { Answer, Outgoing } from '../exchange/answer.ts';
import {
  type Exchange,
  type ExchangeOptions,
  exchange,
} from '../exchange/exchange.ts';

/** What an exchange within a time limit gives to its user. */
export interface Asked extends Exchange {
  readonly answer?: Answer;
}

/** Sends a request; whoever does not answer in time has not answered. */
export async function ask(
  outgoing: Outgoing,
  options: ExchangeOptions,
  timeoutMs: number,
): Promise<Asked> {
  const limit = new AbortController();
  const late = `no answer within ${Math.round(timeoutMs) / 1000} s`;
  const timer = setTimeout(() => limit.abort(new Error(late)), timeoutMs);
  try {
    const signal = AbortSignal.any([options.signal, limit.signal]);
    return await exchange(outgoing, { ...options, signal });
  } finally {
    clearTimeout(timer);
  }
}

/** The text of an answer: at most 16 MB, and whole within a time. @throws Error. */
export async function readText(
  { body, close }: Answer,
  timeoutMs: number,
): Promise<string> {
  const late = new Error(`no end within ${timeoutMs / 1000} s`);
  const timer = setTimeout(() => body.destroy(late), timeoutMs);
  const chunks: Uint8Array[] = [];
  let length = 0;
  try {
    for await (const chunk of body) {
      chunks.push(chunk);
      length += chunk.byteLength;
      if (length > 16 * 1024 * 1024) throw new Error('more than 16 MB');
    }
  } finally {
    clearTimeout(timer);
    close();
  }
  return Buffer.concat(chunks).toString();
}
