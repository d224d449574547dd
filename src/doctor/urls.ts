import { UsageError } from './errors.ts';
import { cleanText } from './text.ts';

/** Names of query parameters whose values open doors. */
const SECRET_NAME =
  /^(?:.*[_-])?(?:token|jwt|secret|password|passwd|api[_-]?key|apikey|key|auth|signature|sig|session|sid)$/i;

/**
 * A URL that was given as an argument.
 *
 * @param what - the argument's name, for the message.
 * @throws UsageError for what is no http or https URL.
 */
export function parseUrl(text: string, what: string): URL {
  const shown = JSON.stringify(cleanText(text));
  if (!URL.canParse(text)) {
    throw new UsageError(
      `${what} ${shown} is not a URL. Write it whole: https://host/path`,
    );
  }
  const url = new URL(text);
  if (url.protocol !== 'http:' && url.protocol !== 'https:') {
    throw new UsageError(
      `${what} ${shown} is not http or https. Streams are nothing else.`,
    );
  }
  url.hash = '';
  return url;
}

/** An origin that was given as an argument. @throws UsageError. */
export function parseOrigin(text: string): string {
  const url = parseUrl(text, '--origin');
  if (url.pathname !== '/' || url.search !== '') {
    throw new UsageError(
      `--origin ${JSON.stringify(cleanText(text))} has a path. Write ${url.origin}`,
    );
  }
  return url.origin;
}

/** Query parameters of a URL that look like secrets. */
export function findSecrets(url: URL): string[] {
  return [...new Set(url.searchParams.keys())].filter((name) =>
    SECRET_NAME.test(name),
  );
}

/** A URL as it may be shown: without password, and without secrets' values. */
export function showUrl(url: URL): string {
  const shown = new URL(url);
  shown.username = '';
  shown.password = '';
  for (const name of findSecrets(url)) shown.searchParams.set(name, '***');
  return cleanText(shown.href, 300);
}

const LOOPBACK = /^(?:127\.\d+\.\d+\.\d+|::1|::ffff:127\..+)$/;

/** Whether an address is of this machine. */
export function isLoopback(address: string): boolean {
  return LOOPBACK.test(address);
}
