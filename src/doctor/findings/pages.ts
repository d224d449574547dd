import { type Preflight, readHeader } from '../observation.ts';
import { cleanText } from '../text.ts';
import type { Check } from './check.ts';

/** What pages of another origin, cookies and tokens need. */
export const PAGE_CHECKS: readonly Check[] = [
  {
    id: 'cors-refused',
    severity: 'error',
    title: 'Pages of this origin may not read the stream',
    why: 'The browser opens the stream, sees no leave in the headers, and gives the page an error.',
    change:
      'Send Access-Control-Allow-Origin with the page’s origin, on errors and redirects too.',
    look: ({ asked, head }) => {
      if (!asked.isCrossOrigin || head === undefined) return undefined;
      const allowed = readHeader(head, 'access-control-allow-origin');
      if (allowed === '*' || allowed === asked.origin) return undefined;
      return allowed === undefined
        ? `No Access-Control-Allow-Origin for ${asked.origin}.`
        : `Access-Control-Allow-Origin: ${cleanText(allowed, 60)}, and not ${asked.origin}.`;
    },
  },
  {
    id: 'cors-credentials',
    severity: 'error',
    title: 'Pages of this origin may not send cookies',
    why: 'With withCredentials a browser wants leave for cookies, and an origin that is spelt out.',
    change:
      'Send Access-Control-Allow-Credentials: true, and the origin in place of *.',
    look: ({ asked, head }) => {
      if (!asked.isCrossOrigin || !asked.isWithCredentials) return undefined;
      const allowed = readHeader(head, 'access-control-allow-origin');
      if (allowed === undefined) return undefined;
      if (allowed === '*') return 'Access-Control-Allow-Origin: *';
      return readHeader(head, 'access-control-allow-credentials') === 'true'
        ? undefined
        : 'There is no Access-Control-Allow-Credentials: true.';
    },
  },
  {
    id: 'cors-preflight',
    severity: 'error',
    title: 'The preflight is refused',
    why: 'Before a request with headers or a method of its own a browser asks by OPTIONS; refused, it never sends the request.',
    change:
      'Answer OPTIONS with 204 and Access-Control-Allow-Origin, -Methods and -Headers.',
    look: ({ preflight, asked }) =>
      preflight && describeRefusal(preflight, asked.origin ?? ''),
  },
  {
    id: 'cors-vary',
    severity: 'warning',
    title: 'The answer depends on the origin and does not say so',
    why: 'A cache gives one page’s leave to another page, which is then refused.',
    change: 'Send Vary: Origin wherever the origin is copied into the answer.',
    look: ({ asked, head }) => {
      const allowed = readHeader(head, 'access-control-allow-origin');
      if (!asked.isCrossOrigin || allowed !== asked.origin) return undefined;
      const vary = readHeader(head, 'vary') ?? '';
      return /(?:^|,)\s*(?:origin|\*)\s*(?:,|$)/i.test(vary)
        ? undefined
        : `Access-Control-Allow-Origin: ${allowed} without Vary: Origin.`;
    },
  },
  {
    id: 'cookie-not-sent',
    severity: 'warning',
    title: 'The cookie does not come back to another site',
    why: 'Browsers send a cookie to another site only with SameSite=None and Secure: the next connection comes without it.',
    change:
      'Set the cookie with SameSite=None; Secure, or serve page and stream from one site.',
    look: ({ asked, head }) => {
      if (!asked.isCrossOrigin || !asked.isWithCredentials) return undefined;
      const lost = head?.headers.find(
        ([name, value]) =>
          name === 'set-cookie' &&
          !(/;\s*samesite=none/i.test(value) && /;\s*secure/i.test(value)),
      );
      return (
        lost && `Set-Cookie: ${cleanText(lost[1].split('=')[0] ?? '', 40)}`
      );
    },
  },
  {
    id: 'token-in-url',
    severity: 'warning',
    title: 'The URL has a secret in it',
    why: 'URLs are in the logs of every proxy, in histories and in error reports.',
    change:
      'Use a cookie, or a ticket that is good for one connection and a few seconds; or read the stream with fetch and a header.',
    look: ({ asked }) =>
      asked.secretParameters.length > 0
        ? `Query: ${asked.secretParameters.join(', ')}`
        : undefined,
  },
  {
    id: 'not-for-eventsource',
    severity: 'note',
    title: 'An EventSource cannot send this request',
    why: 'It sends GET, cookies and no headers: this stream can be read with fetch, which does not come back by itself.',
    change: 'Nothing, where pages use fetch or a library for it.',
    look: ({ asked }) => {
      const parts = [
        ...(asked.method === 'GET' ? [] : [`method ${asked.method}`]),
        ...asked.extraHeaders.map((name) => `header ${name}`),
      ];
      return parts.length > 0 ? `${parts.join(', ')}.` : undefined;
    },
  },
];

function describeRefusal(
  { asked, failure, head }: Preflight,
  origin: string,
): string | undefined {
  if (head === undefined) return `OPTIONS: ${failure ?? 'no answer'}.`;
  const { status } = head;
  if (status < 200 || status > 299) return `OPTIONS: status ${status}.`;
  const allowedOrigin = readHeader(head, 'access-control-allow-origin');
  if (allowedOrigin !== '*' && allowedOrigin !== origin) {
    return `OPTIONS: Access-Control-Allow-Origin is ${cleanText(allowedOrigin ?? 'missing', 60)}.`;
  }
  const methods = listOf(readHeader(head, 'access-control-allow-methods'));
  const isSimple = /^(?:GET|HEAD|POST)$/.test(asked.method);
  if (
    !isSimple &&
    !methods.includes(asked.method.toLowerCase()) &&
    !methods.includes('*')
  ) {
    return `OPTIONS: ${asked.method} is not in Access-Control-Allow-Methods.`;
  }
  const headers = listOf(readHeader(head, 'access-control-allow-headers'));
  // The star never stands for this one.
  const refused = asked.headers.filter(
    (name) =>
      !headers.includes(name) &&
      !(headers.includes('*') && name !== 'authorization'),
  );
  return refused.length > 0
    ? `OPTIONS: ${refused.join(', ')} not in Access-Control-Allow-Headers.`
    : undefined;
}

function listOf(value: string | undefined): string[] {
  return (value ?? '').split(',').map((one) => one.trim().toLowerCase());
}
