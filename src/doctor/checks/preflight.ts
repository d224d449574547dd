import type { ExchangeOptions } from '../exchange/exchange.ts';
import type { Preflight } from '../observation.ts';
import type { DoctorSettings } from '../settings.ts';
import { ask } from './ask.ts';

const SIMPLE_HEADERS =
  /^(?:accept|accept-language|cache-control|content-language|last-event-id|origin|user-agent|cookie)$/i;
const SIMPLE_METHODS = /^(?:GET|HEAD|POST)$/;
const SIMPLE_TYPES =
  /^(?:application\/x-www-form-urlencoded|multipart\/form-data|text\/plain)\b/i;

/**
 * What browsers must ask leave for: an `EventSource` sends nothing of it, so that
 * only streams read with `fetch` have a preflight.
 */
export function listUnsafeHeaders(settings: DoctorSettings): string[] {
  const { headers, body } = settings;
  const names = Object.keys(headers).filter(
    (name) =>
      !SIMPLE_HEADERS.test(name) &&
      !(/^content-type$/i.test(name) && SIMPLE_TYPES.test(headers[name] ?? '')),
  );
  const hasType = Object.keys(headers).some((name) =>
    /^content-type$/i.test(name),
  );
  if (body !== undefined && !hasType) names.push('content-type');
  return names.map((name) => name.toLowerCase()).sort();
}

/** Asks as a browser would before it asks for the stream; mostly it need not. */
export async function checkPreflight(
  settings: DoctorSettings,
  options: ExchangeOptions,
): Promise<Preflight | undefined> {
  const { url, origin, method } = settings;
  const headers = listUnsafeHeaders(settings);
  if (origin === undefined || origin === url.origin) return undefined;
  if (headers.length === 0 && SIMPLE_METHODS.test(method)) return undefined;
  const asked = { method, headers };
  const { answer, failure } = await ask(
    {
      url,
      method: 'OPTIONS',
      headers: {
        Origin: origin,
        'Access-Control-Request-Method': method,
        ...(headers.length > 0 && {
          'Access-Control-Request-Headers': headers.join(','),
        }),
      },
    },
    options,
    settings.seconds * 1000,
  );
  answer?.close();
  return {
    asked,
    ...(failure && { failure: failure.message }),
    ...(answer && { head: answer.head }),
  };
}
