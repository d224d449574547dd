import { UsageError } from '../errors.ts';
import { cleanText } from '../text.ts';
import { parseUrl } from '../urls.ts';

/** Whether a URL may be probed. */
export type IsAllowed = (url: URL) => boolean;

const BELOW = '/*';

/**
 * The list of what may be probed: a URL stands for itself with any query that it
 * has, one that ends with `/*` for what is below. Nothing else is asked for, also
 * not where a target redirects to: a probe is no open proxy.
 *
 * @throws UsageError for an empty list, or what is no URL.
 */
export function createAllowList(entries: readonly string[]): IsAllowed {
  if (entries.length === 0) {
    throw new UsageError(
      'probe needs targets, or it would be an open proxy. Write --allow https://host/path, or "targets" in the file of --config',
    );
  }
  const rules = entries.map(createRule);
  return (url) =>
    url.username === '' &&
    url.password === '' &&
    rules.some((isAllowed) => isAllowed(url));
}

function createRule(entry: string): IsAllowed {
  const url = parseUrl(entry, 'target');
  if (url.username !== '' || url.password !== '') {
    throw new UsageError(
      `target ${JSON.stringify(cleanText(url.host))} has a password, which would be a label. Use headers of a module`,
    );
  }
  if (!url.pathname.endsWith(BELOW)) return ({ href }) => href === url.href;
  const folder = url.pathname.slice(0, -1);
  return ({ origin, pathname }) =>
    // An escaped slash or dot may mean another path to the server.
    origin === url.origin &&
    pathname.startsWith(folder) &&
    !/%2f|%5c|%2e/i.test(pathname);
}
